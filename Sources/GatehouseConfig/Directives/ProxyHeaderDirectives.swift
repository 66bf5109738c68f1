import GatehouseWire

/// What is changed in the heads of requests to upstreams and of their answers.
enum ProxyHeaderDirectives {
    static let rows: [DirectiveRow] = [
        DirectiveRow(
            "proxy_set_header", .everyLevel, .exactly(2), repeats: true, default: "Host $proxy_host",
            "Sets a field of the request to the upstream; an empty value drops it."
        ) { reader in
            let rule = HeaderRule(name: reader.string(0), value: try reader.template(1))
            reader.scope.location.proxy.setHeaders.append(rule, level: reader.depth)
        },
        DirectiveRow("proxy_set_body", .everyLevel, .exactly(1), "Replaces the request body.") { reader in
            reader.scope.location.proxy.setBody = try reader.template(0)
        },
        .flag(
            "proxy_pass_request_headers", .everyLevel, location: \.proxy.passesRequestHeaders, default: "on",
            "Passes the client's fields on."),
        .flag("proxy_pass_request_body", .everyLevel, location: \.proxy.passesRequestBody, default: "on", "Passes the client's body on."),
        .flag("proxy_pass_trailers", .everyLevel, location: \.proxy.passesTrailers, default: "off", "Passes trailers of answers on."),
        DirectiveRow(
            "proxy_hide_header", .everyLevel, .exactly(1), repeats: true, "A field of answers that clients do not see."
        ) { reader in
            reader.scope.location.proxy.hiddenHeaders.append(Array(reader.string(0).lowercased().utf8), level: reader.depth)
        },
        DirectiveRow(
            "proxy_pass_header", .everyLevel, .exactly(1), repeats: true,
            "A field of answers that is hidden by default, shown all the same."
        ) { reader in
            reader.scope.location.proxy.passedHeaders.append(Array(reader.string(0).lowercased().utf8), level: reader.depth)
        },
        DirectiveRow(
            "proxy_ignore_headers", .everyLevel, .atLeast(1), repeats: true, "Fields of answers that are not acted on.", read: ignoreHeaders
        ),
        .ignored("proxy_headers_hash_max_size", .everyLevel, .exactly(1), because: "Tables of fields have the size they need."),
        .ignored("proxy_headers_hash_bucket_size", .everyLevel, .exactly(1), because: "Tables of fields have the size they need."),
        DirectiveRow(
            "proxy_redirect", .everyLevel, .between(1, 2), repeats: true, default: "default",
            "Rewrites the Location and Refresh fields of answers.", read: redirect),
        DirectiveRow(
            "proxy_cookie_domain", .everyLevel, .between(1, 2), repeats: true, default: "off", "Rewrites the domain of Set-Cookie.",
            read: cookieDomain),
        DirectiveRow(
            "proxy_cookie_path", .everyLevel, .between(1, 2), repeats: true, default: "off", "Rewrites the path of Set-Cookie.",
            read: cookiePath),
        DirectiveRow(
            "proxy_cookie_flags", .everyLevel, .between(1, 4), repeats: true, default: "off", "Sets or removes flags of Set-Cookie.",
            read: cookieFlags),
    ]

    private static let ignorable: Set<String> = [
        "X-Accel-Redirect", "X-Accel-Expires", "X-Accel-Limit-Rate", "X-Accel-Buffering", "X-Accel-Charset", "Expires", "Cache-Control",
        "Set-Cookie", "Vary",
    ]

    private static func ignoreHeaders(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        var fields = reader.isFirstInBlock ? [] : reader.scope.location.proxy.ignoredHeaders
        for index in 0..<reader.count {
            guard ignorable.contains(reader.string(index)) else {
                throw reader.fail(
                    "invalid value \"\(reader.string(index))\"", at: index,
                    hints: ["\"proxy_ignore_headers\" accepts \(ignorable.sorted().joined(separator: ", "))"])
            }
            if let field = FieldName(reader.string(index)) { fields.insert(field) }
        }
        reader.scope.location.proxy.ignoredHeaders = fields
    }

    private static func redirect(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        if reader.count == 1 {
            switch reader.string(0) {
            case "off": reader.scope.location.proxy.redirects.clear(level: reader.depth)
            case "default": try defaultRedirect(reader)
            default: throw reader.fail("invalid parameter \"\(reader.string(0))\"", at: 0)
            }
            return
        }
        let replacement = try reader.template(1)
        let rule: RedirectRule
        if let pattern = try pattern(reader, caseInsensitive: false) {
            rule = .pattern(pattern, replacement)
        } else {
            rule = .text(try reader.template(0), replacement)
        }
        reader.scope.location.proxy.redirects.append(rule, level: reader.depth)
    }

    private static func defaultRedirect(_ reader: DirectiveReader) throws(ConfigurationError) {
        switch reader.scope.location.handler {
        case .proxy(.fixed): reader.scope.location.proxy.redirects.append(.automatic, level: reader.depth)
        case .proxy(.template):
            throw reader.fail("\"proxy_redirect default\" cannot be used with \"proxy_pass\" directive with variables", at: 0)
        case .stubStatus, .tunnel, .forward, .autoConfiguration, nil:
            throw reader.fail("\"proxy_redirect default\" should be placed after the \"proxy_pass\" directive", at: 0)
        }
    }

    /// The expression in the first argument, where it starts with `~` or `~*`.
    private static func pattern(_ reader: DirectiveReader, caseInsensitive: Bool) throws(ConfigurationError) -> CapturingPattern? {
        let text = reader.string(0)
        guard text.hasPrefix("~") else { return nil }
        let insensitive = text.hasPrefix("~*")
        return try reader.pattern(String(text.dropFirst(insensitive ? 2 : 1)), at: 0, caseInsensitive: insensitive || caseInsensitive)
    }

    private static func isOff(_ reader: DirectiveReader) throws(ConfigurationError) -> Bool {
        guard reader.count == 1 else { return false }
        guard reader.string(0) == "off" else { throw reader.fail("invalid parameter \"\(reader.string(0))\"", at: 0) }
        return true
    }

    private static func cookieDomain(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        if try isOff(reader) { return reader.scope.location.proxy.cookieDomains.clear(level: reader.depth) }
        let rule: CookieRule
        if reader.string(0).hasPrefix("~") {
            // Domains are compared without case, whatever follows the first `~`.
            let pattern = try reader.pattern(String(reader.string(0).dropFirst()), at: 0, caseInsensitive: true)
            rule = .pattern(pattern, try reader.template(1))
        } else {
            // RFC 6265, section 5.2.3: a leading dot means nothing.
            rule = .text(
                try reader.template(withoutLeadingDot(reader.bytes(0)), at: 0),
                try reader.template(withoutLeadingDot(reader.bytes(1)), at: 1))
        }
        reader.scope.location.proxy.cookieDomains.append(rule, level: reader.depth)
    }

    private static func withoutLeadingDot(_ text: [UInt8]) -> [UInt8] {
        text.first == UInt8(ascii: ".") ? Array(text.dropFirst()) : text
    }

    private static func cookiePath(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        if try isOff(reader) { return reader.scope.location.proxy.cookiePaths.clear(level: reader.depth) }
        let replacement = try reader.template(1)
        let rule: CookieRule
        if let pattern = try pattern(reader, caseInsensitive: false) {
            rule = .pattern(pattern, replacement)
        } else {
            rule = .text(try reader.template(0), replacement)
        }
        reader.scope.location.proxy.cookiePaths.append(rule, level: reader.depth)
    }

    private static func cookieFlags(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        if try isOff(reader) { return reader.scope.location.proxy.cookieFlags.clear(level: reader.depth) }
        let cookie: CookieFlagsRule.Cookie
        if reader.string(0).hasPrefix("~") {
            cookie = .pattern(try reader.pattern(String(reader.string(0).dropFirst()), at: 0, caseInsensitive: true))
        } else {
            cookie = .name(try reader.template(0))
        }
        var flags: [Template] = []
        for index in 1..<reader.count { flags.append(try reader.template(index)) }
        reader.scope.location.proxy.cookieFlags.append(CookieFlagsRule(cookie: cookie, flags: flags), level: reader.depth)
    }
}
