import GatehousePolicy

/// `tunnel_pass` and its relatives: forward proxying with CONNECT (RFC 9110 §9.3.6).
enum TunnelDirectives {
    static let rows: [DirectiveRow] =
        [
            DirectiveRow(
                "tunnel_pass", [.server, .location, .ifInLocation], .between(0, 1), default: "$host:$request_port",
                "Opens a tunnel for a CONNECT request: to the place it names, to an address or to a group.", read: pass)
        ] + connecting + retrying

    private static let connecting: [DirectiveRow] = [
        .duration("tunnel_connect_timeout", .everyLevel, location: \.tunnel.connectTimeout, default: "60s", "Time to connect."),
        .duration("tunnel_send_timeout", .everyLevel, location: \.tunnel.sendTimeout, default: "60s", "Gap allowed between two writes."),
        .duration("tunnel_read_timeout", .everyLevel, location: \.tunnel.readTimeout, default: "60s", "Longest silence of both sides."),
        DirectiveRow("tunnel_bind", .everyLevel, .between(1, 2), default: "off", "The local address that tunnels start from.") { reader in
            reader.scope.location.tunnel.bind = try BindSettings(reader)
        },
        .flag("tunnel_socket_keepalive", .everyLevel, location: \.tunnel.keepsSocketAlive, default: "off", "TCP keep-alive of tunnels."),
        DirectiveRow("tunnel_socket_rcvbuf", .everyLevel, .exactly(1), "Receive buffer of sockets of tunnels.") { reader in
            reader.scope.location.tunnel.socketReceiveBuffer = try reader.size(0)
        },
        DirectiveRow("tunnel_socket_sndbuf", .everyLevel, .exactly(1), "Send buffer of sockets of tunnels.") { reader in
            reader.scope.location.tunnel.socketSendBuffer = try reader.size(0)
        },
        .ignored("tunnel_send_lowat", .everyLevel, .exactly(1), because: "Linux does not let a program set SO_SNDLOWAT."),
        .ignored("tunnel_buffer_size", .everyLevel, .exactly(1), because: "Buffers are borrowed only while bytes are on their way."),
    ]

    private static let retrying: [DirectiveRow] = [
        DirectiveRow(
            "tunnel_next_upstream", .everyLevel, .atLeast(1), default: "error timeout",
            "Which failures to connect let a tunnel try another address."
        ) { reader in
            var conditions: RetryConditions = []
            for index in 0..<reader.count {
                conditions.formUnion(try reader.option(index, ["error": .error, "timeout": .timeout, "off": .off]))
            }
            reader.scope.location.tunnel.nextUpstream = conditions
        },
        .number(
            "tunnel_next_upstream_tries", .everyLevel, location: \.tunnel.nextUpstreamTries, default: "0",
            "Attempts in all; 0 sets no limit of its own."),
        .duration(
            "tunnel_next_upstream_timeout", .everyLevel, location: \.tunnel.nextUpstreamTimeout, default: "0",
            "Time in which attempts may start; 0 sets no limit."),
    ]

    private static func pass(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        reader.scope.enclosingServer.virtualServer.acceptsConnect = true
        if reader.count == 0 {
            let compiler = TemplateCompiler(variables: reader.scope.http.variables, word: reader.node.words[0])
            let standard = try compiler.compile(Array("$host:$request_port".utf8))
            reader.scope.location.handler = .tunnel(.template(standard))
        } else if reader.bytes(0).contains(UInt8(ascii: "$")) {
            reader.scope.location.handler = .tunnel(.template(try reader.template(0)))
        } else {
            reader.scope.location.handler = .tunnel(.fixed(upstream: try group(reader)))
        }
    }

    /// The group of a target without variables. Unlike other protocols this one has no port of its own.
    private static func group(_ reader: DirectiveReader) throws(ConfigurationError) -> Int {
        let target: NetworkTarget
        do {
            target = try NetworkTarget(parsing: reader.bytes(0), defaultPort: 0, allowsURI: false)
        } catch {
            throw reader.fail("\(error.message) in upstream \"\(reader.string(0))\"", at: 0)
        }
        let index = try reader.checked(try reader.scope.http.upstreams.group(for: target, at: reader.position))
        let group = reader.scope.http.upstreams[index]
        if group.canary != nil { throw reader.fail("\"\(group.name)\" is a canary, which tunnels don't use", at: 0) }
        if case .name(_, port: 0) = target.address, group.isImplicit {
            throw reader.fail("no port in upstream \"\(reader.string(0))\"", at: 0)
        }
        if case .ip(_, port: 0) = target.address { throw reader.fail("no port in upstream \"\(reader.string(0))\"", at: 0) }
        return index
    }
}

extension ConfigurationScope {
    /// The `server` block that this block is, or stands in.
    fileprivate var enclosingServer: ConfigurationScope {
        var scope = self
        while scope.context != .server, let parent = scope.parent { scope = parent }
        return scope
    }
}
