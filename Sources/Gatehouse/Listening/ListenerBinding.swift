import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import GatehouseTLS
import GatehouseWire

/// A listening address, the same over all generations.
package final class ListenerState: Sendable {
    package let address: ListenAddress

    package init(address: ListenAddress) { self.address = address }
}

/// What one generation says about one listening address, as a connection sees it.
package struct ListenerBinding {
    package let generation: Generation
    private let setup: ListenerSetup
    /// The virtual server that the TLS handshake named.
    package private(set) var serverFromHandshake: ServerConfiguration?
    /// In lower case; only where it is the name of a virtual server.
    private var handshakeName: [UInt8]?

    package init(generation: Generation, setup: ListenerSetup) {
        self.generation = generation
        self.setup = setup
    }

    var headLimits: RequestHeadParser.Limits { setup.headLimits }
    package var configuration: ListenerConfiguration { _read { yield setup.configuration } }
    package var tls: ListenerTLS? { setup.tls }

    /// The TLS state of one connection; `render` gives the values of certificates' names, within the handshake.
    package func makeTLS(_ render: @escaping ListenerTLS.Render) throws(TLSError) -> TLSConnection? { try tls?.makeConnection(render) }

    /// Remembers which virtual server the client asked for in its handshake.
    package mutating func choose(serverName: String?) {
        guard let name = serverName.map({ Array($0.lowercased().utf8) }) else { return }
        var captures: [Int] = []
        let found = configuration.servers.find(name.span, captures: &captures)
        serverFromHandshake = found.value
        if !found.isDefault { handshakeName = name }
    }

    package enum Choice: Equatable {
        case serve
        case refuse(status: Int, reason: String)
    }

    /// Finds the virtual server for the request's host and enters it into the exchange.
    package func selectServer(for exchange: Exchange) -> Choice {
        var server = serverFromHandshake ?? configuration.defaultServer
        // The host that a forward proxy is asked for is a destination, none of its own names.
        let isForwarded = server.isForwardProxy && exchange.head.namesDestination
        if !isForwarded, configuration.allServers.count > 1 || !configuration.namePatterns.isEmpty {
            let host = exchange.head.host ?? []
            var captures: [Int] = []
            let found = configuration.servers.find(host.span, captures: &captures)
            server = found.value
            if let pattern = found.pattern, pattern < configuration.namePatterns.count {
                exchange.remember(host, captures, names: configuration.namePatterns[pattern].names)
            }
        }
        if exchange.server !== server {
            exchange.server = server
            exchange.location = server.root
        }
        // A certificate checked for one name says nothing to another (RFC 9110 §15.5.20).
        if !isForwarded, let handshakeName, handshakeName != exchange.head.host, server.settings.tls.verifyClient != .off {
            return .refuse(status: 421, reason: "client attempted to request the server name different from the one that was negotiated")
        }
        guard let tls = exchange.connection.tls else { return .serve }
        return Self.judge(tls.clientVerification, by: .init(server.settings.tls.verifyClient))
    }

    /// What `ssl_verify_client` says about the certificate that came with the handshake (nginx's 495 and 496).
    static func judge(_ verification: ClientVerification, by rule: TLSServerConfiguration.ClientVerification) -> Choice {
        if verification.satisfies(rule) { return .serve }
        if case .failed(let reason, let code) = verification {
            return .refuse(status: 495, reason: "client SSL certificate verify error: (\(code):\(reason))")
        }
        return .refuse(status: 496, reason: "client sent no required SSL certificate")
    }
}

/// What a generation builds for one listening address; shared by all its connections.
package final class ListenerSetup: Sendable {
    package let configuration: ListenerConfiguration
    package let tls: ListenerTLS?
    /// What a request head may be, before it is known which virtual server it is for.
    let headLimits: RequestHeadParser.Limits

    package init(configuration: ListenerConfiguration, tls: ListenerTLS?) {
        self.configuration = configuration
        self.tls = tls
        var limits = configuration.defaultServer.settings.headLimits
        limits.allowsConnect = configuration.acceptsConnect
        headLimits = limits
    }
}
