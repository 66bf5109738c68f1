import GatehousePolicy

/// `proxy_pass` and what decides how requests and answers travel. Header and TLS directives stand in files of their own.
enum ProxyDirectives {
    static let rows: [DirectiveRow] =
        [
            DirectiveRow(
                "proxy_pass", [.location, .ifInLocation, .limitExcept], .exactly(1),
                "Passes requests to a server or group; with a URI, that replaces the matched prefix.", read: pass)
        ] + timing + connecting + retrying + ProxyBufferDirectives.rows + ProxyHeaderDirectives.rows + ProxyTLSDirectives.rows

    private static let timing: [DirectiveRow] = [
        .duration(
            "proxy_connect_timeout", .everyLevel, location: \.proxy.connectTimeout, default: "60s", "Time to connect to an upstream server."
        ),
        .duration("proxy_send_timeout", .everyLevel, location: \.proxy.sendTimeout, default: "60s", "Gap allowed between two writes."),
        .duration("proxy_read_timeout", .everyLevel, location: \.proxy.readTimeout, default: "60s", "Gap allowed between two reads."),
    ]

    private static let connecting: [DirectiveRow] = [
        DirectiveRow(
            "proxy_http_version", .everyLevel, .exactly(1), default: "1.1", "The HTTP version spoken with upstream servers."
        ) { reader in
            reader.scope.location.proxy.httpVersion = try reader.option(0, ["1.0": .http10, "1.1": .http11, "2": .http2])
        },
        DirectiveRow(
            "proxy_bind", .everyLevel, .between(1, 2), default: "off", "The local address that connections to upstream servers start from."
        ) { reader in
            reader.scope.location.proxy.bind = try BindSettings(reader)
        },
        .flag(
            "proxy_socket_keepalive", .everyLevel, location: \.proxy.keepsSocketAlive, default: "off", "TCP keep-alive towards upstreams."),
        DirectiveRow(
            "proxy_socket_rcvbuf", .everyLevel, .exactly(1), "Receive buffer of sockets to upstreams."
        ) { reader in
            reader.scope.location.proxy.socketReceiveBuffer = try reader.size(0)
        },
        DirectiveRow("proxy_socket_sndbuf", .everyLevel, .exactly(1), "Send buffer of sockets to upstreams.") { reader in
            reader.scope.location.proxy.socketSendBuffer = try reader.size(0)
        },
        .ignored("proxy_send_lowat", .everyLevel, .exactly(1), because: "Linux does not let a program set SO_SNDLOWAT."),
        .flag(
            "proxy_ignore_client_abort", .everyLevel, location: \.proxy.ignoresClientAbort, default: "off",
            "Finishes with the upstream when the client has gone."),
        .flag(
            "proxy_intercept_errors", .everyLevel, location: \.proxy.interceptsErrors, default: "off",
            "Lets error_page handle upstream answers of 300 and above."),
        .flag(
            "proxy_force_ranges", .everyLevel, location: \.proxy.forcesRanges, default: "off",
            "Serves byte ranges although the upstream did not offer them."),
        DirectiveRow("proxy_method", .everyLevel, .exactly(1), "Replaces the request method.") { reader in
            reader.scope.location.proxy.method = try reader.template(0)
        },
    ]

    private static let retrying: [DirectiveRow] = [
        DirectiveRow(
            "proxy_next_upstream", .everyLevel, .atLeast(1), repeats: true, default: "error timeout",
            "Which failures let a request go on to another server.", read: nextUpstream),
        .number(
            "proxy_next_upstream_tries", .everyLevel, location: \.proxy.nextUpstreamTries, default: "0",
            "Attempts in all; 0 sets no limit of its own."),
        .duration(
            "proxy_next_upstream_timeout", .everyLevel, location: \.proxy.nextUpstreamTimeout, default: "0",
            "Time in which attempts may start; 0 sets no limit."),
    ]

    private static func pass(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        let bytes = reader.bytes(0)
        guard !bytes.contains(UInt8(ascii: "$")) else {
            reader.scope.location.handler = .proxy(.template(try reader.template(0)))
            reader.whenSettled(ProxyTLSDirectives.check)
            return
        }
        let url = try reader.checked(try ProxyURL(parsing: bytes))
        if url.usesTLS { reader.whenSettled(ProxyTLSDirectives.check) }
        if url.uri != nil && !mayHaveURI(reader) {
            throw reader.fail(
                "\"proxy_pass\" cannot have URI part in location given by regular expression, or inside named location, "
                    + "or inside \"if\" statement, or inside \"limit_except\" block", at: 0)
        }
        let upstream = try reader.checked(try reader.scope.http.upstreams.group(for: url.target, at: reader.position))
        reader.scope.location.handler = .proxy(
            .fixed(
                FixedProxyTarget(usesTLS: url.usesTLS, upstream: upstream, host: url.hostHeader, port: url.target.port, uri: url.uri)))
    }

    private static func mayHaveURI(_ reader: DirectiveReader) -> Bool {
        guard reader.context == .location else { return false }
        switch reader.scope.place.kind {
        case .regex, .named: return false
        case .server, .prefix, .prefixBeforeRegex, .exact: return true
        }
    }

    private static func nextUpstream(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        var conditions: RetryConditions = reader.isFirstInBlock ? [] : reader.scope.location.proxy.nextUpstream
        for index in 0..<reader.count {
            // `updating` belongs to proxy_cache_use_stale, which shares nginx's table of words: it never makes a request go on.
            if reader.string(index) == "updating" { continue }
            guard let condition = RetryConditions(word: reader.string(index)) else {
                throw reader.fail("invalid value \"\(reader.string(index))\"", at: index)
            }
            conditions.formUnion(condition)
        }
        reader.scope.location.proxy.nextUpstream = conditions
    }
}
