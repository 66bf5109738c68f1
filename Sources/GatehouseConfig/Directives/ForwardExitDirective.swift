import GatehouseWire

/// `forward_exit`: named ways out for `forward_rule exit`.
enum ForwardExitDirective {
    static let rows: [DirectiveRow] = [
        DirectiveRow(
            "forward_exit", .http, .atLeast(2), repeats: true,
            "A way out for rules: direct, or a parent (http://, socks5://), with bind=ADDRESS,…, rotate, user= and password=.", read: read)
    ]

    private static func read(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        let name = reader.string(0)
        if reader.scope.http.exits.contains(where: { $0.name == name }) { throw reader.fail("duplicate forward_exit \"\(name)\"", at: 0) }
        var exit = ForwardExitSettings(name: name)
        var user: [UInt8]?
        var password: [UInt8]?
        for index in 2..<max(2, reader.count) {
            switch reader.keyValue(index) {
            case ("bind", let value?):
                let words = value.split(separator: ",")
                exit.sources = words.compactMap { IPAddress(String($0)) }
                if exit.sources.count != words.count || words.isEmpty { throw invalid(reader, index) }
            case ("rotate", nil): exit.rotates = true
            case ("user", let value?): user = Array(value.utf8)
            case ("password", let value?): password = Array(value.utf8)
            default: throw invalid(reader, index)
            }
        }
        if (user?.count ?? 0) > 255 || (password?.count ?? 0) > 255 { throw reader.fail("user and password have at most 255 bytes") }
        let number = reader.scope.http.exits.count
        reader.scope.http.exits.append(exit)
        let credentials = user.map { (user: $0, password: password ?? []) }
        if reader.string(1) == "direct" { return }
        // Groups may be declared further down.
        reader.afterSiblings { reader in reader.scope.http.exits[number].parent = try parent(reader, credentials) }
    }

    private static func invalid(_ reader: DirectiveReader, _ index: Int) -> ConfigurationError {
        reader.fail("invalid parameter \"\(reader.string(index))\"", at: index)
    }

    private static func parent(
        _ reader: DirectiveReader, _ credentials: (user: [UInt8], password: [UInt8])?
    ) throws(ConfigurationError) -> ForwardExitSettings.Parent {
        let schemes: KeyValuePairs<String, (ParentHandshake.Kind, Int)> = [
            "http://": (.connect, 3128), "socks5://": (.socks5, 1080), "socks5h://": (.socks5, 1080),
        ]
        guard let (scheme, (kind, port)) = schemes.first(where: { reader.string(1).hasPrefix($0.key) }).map({ ($0.key, $0.value) }) else {
            throw reader.fail(
                "invalid exit \"\(reader.string(1))\"", at: 1, hints: ["an exit is \"direct\", http://HOST:PORT or socks5://HOST:PORT"])
        }
        let place = Array(reader.bytes(1).dropFirst(scheme.utf8.count))
        do throws(ArgumentError) {
            let target = try NetworkTarget(parsing: place, defaultPort: port, allowsURI: false)
            let upstream = try reader.scope.http.upstreams.group(for: target, at: reader.position)
            return ForwardExitSettings.Parent(kind: kind, upstream: upstream, credentials: credentials)
        } catch {
            throw reader.fail("\(error.message) in exit \"\(reader.string(1))\"", at: 1)
        }
    }
}
