import GatehousePolicy
import GatehouseWire

/// `forward_proxy` and its relatives: a server that stands before clients and takes them where they ask.
enum ForwardDirectives {
    private static let places: DirectiveContexts = [.http, .server]

    static let rows: [DirectiveRow] =
        [
            DirectiveRow(
                "forward_proxy", .server, .flag, default: "off",
                "Makes the server a forward proxy: it takes requests in absolute form, and CONNECT, to where they ask.", read: proxy),
            DirectiveRow(
                "forward_pac", .location, .between(0, 1),
                "Answers with a PAC file made from the rules; what leads to the proxy is its own address, or what is given: \"PROXY proxy.example:3128\".",
                read: autoConfiguration),
        ] + admitting + guarding + datagrams

    private static let admitting: [DirectiveRow] = [
        DirectiveRow("forward_methods", places, .atLeast(1), "The only methods that are forwarded, CONNECT among them if wanted.") {
            reader in
            reader.scope.location.forward.admission.methods = reader.arguments.map { $0.bytes }
        },
        DirectiveRow(
            "forward_ports", places, .atLeast(1), default: "80 443 1024-65535", "Ports and ranges that plain requests may go to."
        ) { reader in
            reader.scope.location.forward.admission.ports = try ports(reader)
        },
        DirectiveRow("forward_connect_ports", places, .atLeast(1), default: "443", "Ports and ranges that CONNECT may open tunnels to.") {
            reader in
            reader.scope.location.forward.admission.tunnelPorts = try ports(reader)
        },
        DirectiveRow(
            "forward_via", places, .exactly(1), default: "off",
            "Names the proxy in Via, so that loops over other proxies are found: off, on, or a name."
        ) { reader in
            reader.scope.location.forward.pseudonym = try pseudonym(reader)
        },
    ]

    private static let guarding: [DirectiveRow] = [
        DirectiveRow(
            "forward_sni", places, .exactly(1), default: "off",
            "Judges the name in a TLS ClientHello inside a tunnel by the rules: off, on, or require, which closes what names nobody."
        ) { reader in
            reader.scope.location.forward.serverNames = try reader.option(0, ["off": .ignored, "on": .judged, "require": .required])
        },
        DirectiveRow(
            "forward_anonymize", places, .exactly(1), default: "off",
            "Drops or generalises fields that tell who asks: off, standard, strict."
        ) { reader in
            reader.scope.location.forward.anonymity = try reader.option(0, ["off": .off, "standard": .standard, "strict": .strict])
        },
        DirectiveRow(
            "forward_guard", places, .flag, default: "on", "Refuses addresses that are not global: loopback, private, link-local, metadata."
        ) { reader in
            reader.scope.location.forward.destinationGuard.isOn = try reader.flag()
        },
        DirectiveRow(
            "forward_guard_allow", places, .atLeast(1), repeats: true, "Networks that may be connected to all the same.", read: allow),
    ]

    private static let datagrams: [DirectiveRow] = [
        DirectiveRow(
            "forward_udp_ports", places, .atLeast(1), default: "off",
            "Ports and ranges that SOCKS5 clients may send datagrams to; without any, UDP ASSOCIATE is refused."
        ) { reader in
            reader.scope.location.forward.datagrams.ports = reader.count == 1 && reader.string(0) == "off" ? nil : try ports(reader)
        },
        DirectiveRow(
            "forward_udp_timeout", places, .exactly(1), default: "60s", "How long nothing may pass an association before it ends."
        ) { reader in
            reader.scope.location.forward.datagrams.timeout = try reader.duration(0)
        },
        DirectiveRow(
            "forward_udp_associations", places, .between(1, 2), default: "256 32",
            "Associations at the same time, in all and of one client."
        ) { reader in
            reader.scope.location.forward.datagrams.limits.all = try reader.integer(0, in: 1...65536)
            if reader.count > 1 { reader.scope.location.forward.datagrams.limits.ofClient = try reader.integer(1, in: 1...65536) }
        },
    ]

    private static func proxy(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        guard try reader.flag() else { return }
        if reader.scope.location.handler != nil { throw reader.fail("\"forward_proxy\" cannot be used together with \"tunnel_pass\"") }
        reader.scope.location.forward.isOn = true
        reader.scope.location.handler = .forward
        reader.scope.virtualServer.acceptsConnect = true
        reader.whenSettled { reader in
            setDefaults(reader)
            warnOfOpenProxy(reader)
        }
    }

    private static func autoConfiguration(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        if reader.count == 0, !reader.scope.location.forward.isOn {
            throw reader.fail(
                "\"forward_pac\" has to be told what leads to the proxy where the server is none itself",
                hints: ["forward_pac \"PROXY proxy.example:3128\";"])
        }
        reader.scope.location.handler = .autoConfiguration(route: reader.count == 0 ? nil : try reader.template(0))
    }

    /// What suits answers and bodies of strangers better than the defaults for one's own servers; each may be said otherwise.
    private static func setDefaults(_ reader: DirectiveReader) {
        if !reader.isGiven("client_max_body_size") { reader.scope.location.clientMaxBodySize = 0 }
        if !reader.isGiven("proxy_request_buffering") { reader.scope.location.proxy.buffersRequest = false }
        if !reader.isGiven("proxy_buffer_size") { reader.scope.location.proxy.bufferSize = 32 * 1024 }
        if !reader.isGiven("auth_delay") { reader.scope.location.authentication.delay = .seconds(1) }
        // What a stranger's server says must never lead inside this one.
        let commands: [FieldName] = [.xAccelRedirect, .xAccelLimitRate, .xAccelBuffering, .xAccelCharset, .xAccelExpires]
        reader.scope.location.proxy.ignoredHeaders.formUnion(commands)
    }

    private static func warnOfOpenProxy(_ reader: DirectiveReader) {
        guard reader.scope.location.access.isEmpty, !reader.scope.location.authentication.isAsked else { return }
        let open = reader.scope.virtualServer.listens.contains { listen in
            if case .ip(let address, _) = listen.address { !address.isLoopback } else { false }
        }
        guard open || reader.scope.virtualServer.listens.isEmpty else { return }
        reader.warn(
            "the forward proxy is open to everybody", hints: ["say who may use it with \"allow\" and \"deny\", or with \"auth_basic\""])
    }

    private static func ports(_ reader: DirectiveReader) throws(ConfigurationError) -> PortSet {
        var ranges: [ClosedRange<Int>] = []
        for index in 0..<reader.count {
            guard let range = PortSet.range(reader.string(index)) else {
                throw reader.fail("invalid port \"\(reader.string(index))\"", at: index)
            }
            ranges.append(range)
        }
        return PortSet(ranges)
    }

    private static func pseudonym(_ reader: DirectiveReader) throws(ConfigurationError) -> [UInt8]? {
        switch reader.string(0) {
        case "off": return nil
        // The host's name is nobody's business; that it is the same one is.
        case "on": return Array("gatehouse-\(String(MurmurHash2.hash(Array(reader.scope.shared.host.name.utf8).span), radix: 16))".utf8)
        default:
            let name = reader.bytes(0)
            guard !name.isEmpty, name.allSatisfy({ ByteClass.token.contains($0) || $0 == UInt8(ascii: ":") }) else {
                throw reader.fail("invalid name \"\(reader.string(0))\"", at: 0)
            }
            return name
        }
    }

    private static func allow(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        if reader.isFirstInBlock { reader.scope.location.forward.destinationGuard.opened = [] }
        for index in 0..<reader.count {
            guard let block = CIDR(reader.string(index)) else {
                throw reader.fail("invalid parameter \"\(reader.string(index))\"", at: index)
            }
            if block.hadHostBits { reader.warn("low address bits of \(reader.string(index)) are meaningless", at: index) }
            reader.scope.location.forward.destinationGuard.opened.append(block)
        }
    }
}
