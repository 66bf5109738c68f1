/// Name servers.
enum ResolverDirectives {
    static let rows: [DirectiveRow] = [
        DirectiveRow(
            "resolver", [.http, .server, .location, .upstream], .atLeast(1), "Name servers or \"system\", with valid=, ipv4= and ipv6=.",
            read: read),
        DirectiveRow(
            "resolver_timeout", [.http, .server, .location, .upstream], .exactly(1), default: "30s", "How long a lookup may take."
        ) { reader in
            let timeout = try reader.duration(0)
            if reader.context == .upstream {
                reader.scope.upstream.resolverTimeout = timeout
            } else {
                reader.scope.location.resolver = reader.scope.location.resolver ?? ResolverSettings()
                reader.scope.location.resolver?.timeout = timeout
            }
        },
    ]

    @Sendable private static func read(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        var resolver = ResolverSettings()
        resolver.timeout = reader.scope.location.resolver?.timeout ?? resolver.timeout
        if reader.string(0) != "off" || reader.count > 1 {
            for index in 0..<reader.count { try apply(index, of: reader, to: &resolver) }
            if !resolver.usesIPv4 && !resolver.usesIPv6 { throw reader.fail("\"ipv4\" and \"ipv6\" cannot both be \"off\"") }
            if resolver.isOff { throw reader.fail("no name servers defined") }
        }
        if reader.context == .upstream {
            reader.scope.upstream.resolver = resolver
        } else {
            reader.scope.location.resolver = resolver
        }
    }

    private static func apply(_ index: Int, of reader: DirectiveReader, to resolver: inout ResolverSettings) throws(ConfigurationError) {
        switch reader.keyValue(index) {
        case ("valid", let value?):
            guard let duration = Quantity.duration(Array(value.utf8), wholeSeconds: true) else { throw invalid(index, reader) }
            resolver.valid = duration
        case ("ipv4", let value?): resolver.usesIPv4 = try flag(value, index, reader)
        case ("ipv6", let value?): resolver.usesIPv6 = try flag(value, index, reader)
        case ("system", nil): resolver.usesSystem = true
        default: resolver.servers.append(try server(index, reader))
        }
    }

    private static func invalid(_ index: Int, _ reader: DirectiveReader) -> ConfigurationError {
        reader.fail("invalid parameter: \(reader.string(index))", at: index)
    }

    private static func flag(_ text: String, _ index: Int, _ reader: DirectiveReader) throws(ConfigurationError) -> Bool {
        guard text == "on" || text == "off" else { throw invalid(index, reader) }
        return text == "on"
    }

    private static func server(_ index: Int, _ reader: DirectiveReader) throws(ConfigurationError) -> UpstreamAddress {
        do throws(ArgumentError) {
            return try NetworkTarget(parsing: reader.bytes(index), defaultPort: 53, allowsURI: false).address
        } catch {
            throw reader.fail("\(error.message) in resolver \"\(reader.string(index))\"", at: index)
        }
    }
}
