import GatehousePolicy
import GatehouseWire

/// Who may come in (`allow`, `deny`), and whose address counts (`set_real_ip_from` and relatives).
enum AccessDirectives {
    private static let places: DirectiveContexts = [.http, .server, .location, .limitExcept]

    static let rows: [DirectiveRow] = [
        DirectiveRow("allow", places, .exactly(1), repeats: true, "Lets a network in.") { reader in
            try rule(allows: true, reader)
        },
        DirectiveRow("deny", places, .exactly(1), repeats: true, "Keeps a network out.") { reader in
            try rule(allows: false, reader)
        },
        DirectiveRow(
            "set_real_ip_from", .everyLevel, .exactly(1), repeats: true, "Proxies that are believed about the client's address.",
            read: trusted),
        DirectiveRow("real_ip_header", .everyLevel, .exactly(1), default: "X-Real-IP", "Where they say it.", read: realIPHeader),
        .flag(
            "real_ip_recursive", .everyLevel, location: \.realIP.isRecursive, default: "off",
            "Looks for the last address that is none of theirs."),
    ]

    private static func rule(allows: Bool, _ reader: DirectiveReader) throws(ConfigurationError) {
        let subject: AccessRules.Subject
        switch reader.string(0) {
        case "all": subject = .all
        case "unix:": subject = .unix
        default:
            guard let block = CIDR(reader.string(0)) else { throw reader.fail("invalid parameter \"\(reader.string(0))\"", at: 0) }
            warnOfHostBits(block, reader)
            subject = .block(block)
        }
        reader.scope.location.access.append(AccessRules.Rule(allows: allows, subject: subject), level: reader.depth)
    }

    private static func trusted(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        let text = reader.string(0)
        let trusted: RealIPSettings.Trusted
        if text == "unix:" {
            trusted = .unix
        } else if let block = CIDR(text) {
            warnOfHostBits(block, reader)
            trusted = .network(block)
        } else if text.isEmpty || text.contains("/") {
            throw reader.fail("host not found in set_real_ip_from \"\(text)\"", at: 0)
        } else {
            trusted = .name(text)
        }
        reader.scope.location.realIP.trusted.append(trusted, level: reader.depth)
    }

    private static func warnOfHostBits(_ block: CIDR, _ reader: DirectiveReader) {
        if block.hadHostBits { reader.warn("low address bits of \(reader.string(0)) are meaningless", at: 0) }
    }

    private static func realIPHeader(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        switch reader.string(0) {
        case "X-Real-IP": reader.scope.location.realIP.source = .xRealIP
        case "X-Forwarded-For": reader.scope.location.realIP.source = .xForwardedFor
        case "proxy_protocol": reader.scope.location.realIP.source = .proxyProtocol
        default: reader.scope.location.realIP.source = .header(Array(reader.string(0).lowercased().utf8))
        }
    }
}
