import GatehouseWire

/// `forward_exit`: named ways out for `forward_rule exit`.
enum ForwardExitDirective {
    static let rows: [DirectiveRow] = [
        DirectiveRow(
            "forward_exit", .http, .atLeast(2), repeats: true,
            "A way out for rules: direct, or a parent (http://, https://, socks5://), with bind=ADDRESS,…, rotate, and of parents user=, password=, "
                + "fallback=direct, name=, trusted=FILE and verify=off.", read: read)
    ]

    private static func read(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        let name = reader.string(0)
        if reader.scope.http.exits.contains(where: { $0.name == name }) { throw reader.fail("duplicate forward_exit \"\(name)\"", at: 0) }
        let draft = try ForwardExitDraft(reader)
        var exit = ForwardExitSettings(name: name, position: reader.position)
        exit.sources = draft.sources
        exit.rotates = draft.rotates
        let number = reader.scope.http.exits.count
        reader.scope.http.exits.append(exit)
        if reader.string(1) == "direct" {
            if let word = draft.ofParent { throw reader.fail("\"\(reader.string(word))\" is for parents", at: word) }
            return
        }
        // Groups may be declared further down.
        reader.afterSiblings { reader in reader.scope.http.exits[number].parent = try parent(reader, draft) }
    }

    private struct Scheme {
        let prefix: String
        let kind: ParentHandshake.Kind
        let port: Int
        var usesTLS = false
    }

    private static let schemes = [
        Scheme(prefix: "http://", kind: .connect, port: 3128), Scheme(prefix: "https://", kind: .connect, port: 443, usesTLS: true),
        Scheme(prefix: "socks5://", kind: .socks5, port: 1080), Scheme(prefix: "socks5h://", kind: .socks5, port: 1080),
    ]

    private static func parent(
        _ reader: DirectiveReader, _ draft: ForwardExitDraft
    ) throws(ConfigurationError) -> ForwardExitSettings.Parent {
        guard let scheme = schemes.first(where: { reader.string(1).hasPrefix($0.prefix) }) else {
            throw reader.fail(
                "invalid exit \"\(reader.string(1))\"", at: 1,
                hints: ["an exit is \"direct\", http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT"])
        }
        if !scheme.usesTLS, let word = draft.ofTLS { throw reader.fail("\"\(reader.string(word))\" is for https:// parents", at: word) }
        let place = Array(reader.bytes(1).dropFirst(scheme.prefix.utf8.count))
        do throws(ArgumentError) {
            let target = try NetworkTarget(parsing: place, defaultPort: scheme.port, allowsURI: false)
            let upstream = try reader.scope.http.upstreams.group(for: target, at: reader.position)
            var parent = ForwardExitSettings.Parent(kind: scheme.kind, upstream: upstream, credentials: draft.credentials)
            parent.fallsBack = draft.fallsBack
            if scheme.usesTLS {
                let isBlock = !reader.scope.http.upstreams.groups[upstream].isImplicit
                if isBlock, draft.name == nil, draft.verifies {
                    throw ArgumentError("no \"name=\" says whose certificate the servers of upstream \"\(target.host)\" show")
                }
                var tls = ForwardExitSettings.TLS(name: draft.name ?? target.host.filter { $0 != "[" && $0 != "]" })
                (tls.verifies, tls.trusted) = (draft.verifies, draft.trusted)
                parent.tls = tls
            }
            return parent
        } catch {
            throw reader.fail("\(error.message) in exit \"\(reader.string(1))\"", at: 1)
        }
    }
}

/// The parameters of a `forward_exit`, before it is known what they are for.
private struct ForwardExitDraft {
    var sources: [IPAddress] = []
    var rotates = false
    var fallsBack = false
    var name: String?
    var verifies = true
    var trusted: String?
    private var user: [UInt8]?
    private var password: [UInt8]?
    /// The place of a word that only parents have, and of one that only TLS has.
    private(set) var ofParent: Int?
    private(set) var ofTLS: Int?

    var credentials: (user: [UInt8], password: [UInt8])? { user.map { (user: $0, password: password ?? []) } }

    init(_ reader: DirectiveReader) throws(ConfigurationError) {
        for index in 2..<max(2, reader.count) { try read(reader, index) }
        if (user?.count ?? 0) > 255 || (password?.count ?? 0) > 255 { throw reader.fail("user and password have at most 255 bytes") }
    }

    private mutating func read(_ reader: DirectiveReader, _ index: Int) throws(ConfigurationError) {
        let (key, value) = reader.keyValue(index)
        switch (key, value) {
        case ("bind", let value?):
            let words = value.split(separator: ",")
            sources = words.compactMap { IPAddress(String($0)) }
            if sources.count != words.count || words.isEmpty { throw invalid(reader, index) }
            return
        case ("rotate", nil):
            rotates = true
            return
        case ("user", let value?): user = Array(value.utf8)
        case ("password", let value?): password = Array(value.utf8)
        case ("fallback", "direct"?): fallsBack = true
        case ("name", let value?): name = value
        case ("verify", "off"?): verifies = false
        case ("verify", "on"?): verifies = true
        case ("trusted", let value?): trusted = reader.scope.shared.paths.absolute(value, .configuration)
        default: throw invalid(reader, index)
        }
        ofParent = ofParent ?? index
        if ["name", "verify", "trusted"].contains(key) { ofTLS = ofTLS ?? index }
    }

    private func invalid(_ reader: DirectiveReader, _ index: Int) -> ConfigurationError {
        reader.fail("invalid parameter \"\(reader.string(index))\"", at: index)
    }
}
