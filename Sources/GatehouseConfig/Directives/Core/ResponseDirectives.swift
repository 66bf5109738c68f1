/// What an answer looks like, apart from the headers that are added.
enum ResponseDirectives {
    static let rows: [DirectiveRow] = [
        DirectiveRow(
            "error_page", [.http, .server, .location, .ifInLocation], .atLeast(2), repeats: true,
            "Page, redirect or location for a status.",
            read: readErrorPage),
        .flag(
            "recursive_error_pages", .everyLevel, location: \.recursesErrorPages, default: "off",
            "Lets the page of an error have an error page."),
        DirectiveRow("internal", .location, .none, "Only for internal redirects.") { $0.scope.location.isInternal = true },
        DirectiveRow(
            "server_tokens", .everyLevel, .exactly(1), default: "on",
            "What the Server field and error pages say: on, off, build or a text.",
            read: readServerTokens),
        .flag("absolute_redirect", .everyLevel, location: \.absoluteRedirect, default: "on", "Redirects name scheme and host."),
        .flag(
            "server_name_in_redirect", .everyLevel, location: \.serverNameInRedirect, default: "off",
            "Redirects name the first server name instead of the Host of the request."),
        .flag("port_in_redirect", .everyLevel, location: \.portInRedirect, default: "on", "Redirects name the port."),
        .flag(
            "chunked_transfer_encoding", .everyLevel, location: \.chunkedTransferEncoding, default: "on",
            "Uses chunks where a length is not known."),
    ]

    /// `on`, `off` and `build` as in nginx, or a text (with variables) that replaces the whole field.
    @Sendable private static func readServerTokens(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        switch reader.string(0) {
        case "on": reader.scope.location.serverTokens = .on
        case "off": reader.scope.location.serverTokens = .off
        case "build": reader.scope.location.serverTokens = .build
        default: reader.scope.location.serverTokens = .text(try reader.template(0))
        }
    }

    @Sendable private static func readErrorPage(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        let last = reader.count - 1
        let (newStatus, statusCount) = try newStatus(reader, before: last)
        let isNamed = reader.bytes(last).first == UInt8(ascii: "@")
        let target: ErrorPageRule.Target = isNamed ? .named(reader.string(last)) : .uri(try reader.template(last))
        var statuses: [Int] = []
        for index in 0..<statusCount { statuses.append(try status(index, reader)) }
        // The statuses of Gatehouse's own that clients see as 400.
        let own = newStatus == .keep ? statuses.filter { (494...497).contains($0) } : []
        let rest = statuses.filter { !own.contains($0) }
        for (statuses, newStatus) in [(rest, newStatus), (own, .fixed(400))] where !statuses.isEmpty {
            let rule = ErrorPageRule(statuses: statuses, newStatus: newStatus, target: target)
            reader.scope.location.errorPages.append(rule, level: reader.depth)
        }
    }

    /// `=CODE` or `=` in front of the target.
    private static func newStatus(
        _ reader: DirectiveReader, before last: Int
    ) throws(ConfigurationError) -> (ErrorPageRule.NewStatus, statusCount: Int) {
        let text = reader.bytes(last - 1)
        guard text.first == UInt8(ascii: "=") else { return (.keep, last) }
        if text.count == 1, last > 1 { return (.ofPage, last - 1) }
        guard last > 1, let code = Quantity.integer(text.dropFirst()) else {
            throw reader.fail("invalid value \"\(reader.string(last - 1))\"", at: last - 1)
        }
        return (.fixed(code), last - 1)
    }

    private static func status(_ index: Int, _ reader: DirectiveReader) throws(ConfigurationError) -> Int {
        guard let status = Quantity.integer(reader.bytes(index)), status != 499 else {
            throw reader.fail("invalid value \"\(reader.string(index))\"", at: index)
        }
        guard (300...599).contains(status) else {
            throw reader.fail("value \"\(reader.string(index))\" must be between 300 and 599", at: index)
        }
        return status
    }
}
