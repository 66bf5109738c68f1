import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

/// The way out of one request: from which address, and over which other proxy.
package struct ChosenExit {
    package let parent: ForwardExitSettings.Parent?
    package let tls: ParentTLS?
    private let name: [UInt8]
    private let destination: ForwardDestination
    /// Of each family, where the exit has any.
    private var sources: [IPAddress] = []
    private let isBound: Bool
    /// The parent has answered, or may have seen the request: it goes no other way any more.
    var hasAnswered = false

    /// - Parameter number: the exit's place in the configuration.
    init(_ number: Int, _ destination: ForwardDestination, _ exchange: Exchange) {
        let settings = exchange.generation.http.exits[number]
        name = Array(settings.name.utf8)
        parent = settings.parent
        tls = exchange.generation.parentTLS[number]
        self.destination = destination
        isBound = !settings.sources.isEmpty
        // Who asks keeps his address, so that places which look at it know him again.
        let who = exchange.authenticatedUser ?? exchange.remoteAddressText
        let turn = settings.rotates ? UInt32(truncatingIfNeeded: exchange.context.random.next()) : MurmurHash2.hash(who.span)
        for family in [true, false] {
            let choices = settings.sources.filter { $0.isV4 == family }
            if !choices.isEmpty { sources.append(choices[Int(turn) % choices.count]) }
        }
    }

    /// Where no parent takes the connection, it is made without one.
    var mayFallBack: Bool { parent?.fallsBack ?? false }

    /// Whether an address can be connected to from where this exit has to start.
    func reaches(_ address: IPAddress) -> Bool { !isBound || source(for: address) != nil }

    /// Where what goes to an address starts; `nil` leaves it to the system.
    func source(for address: IPAddress) -> IPAddress? { sources.first { $0.isV4 == address.isV4 } }

    /// Where a connection to `peer` starts; `nil` leaves it to the system.
    package func source(for peer: SocketAddress) -> SocketAddress? {
        peer.ipAddress.flatMap(source(for:)).map { .ip($0, port: 0) }
    }

    /// What has to be said to the parent before bytes are the destination's; `nil` where nothing is.
    package var handshake: ParentHandshake? {
        guard let parent, destination.isTunnel || parent.kind == .socks5 else { return nil }
        return ParentHandshake(parent.kind, host: destination.host, port: destination.port, credentials: parent.credentials)
    }

    /// Connections are kept for requests that would have opened the same one.
    package var identity: [UInt8] {
        let place = handshake == nil ? [] : destination.host + Array(":\(destination.port)".utf8)
        return name + [0] + sources.flatMap { $0.text + [0] } + place
    }
}
