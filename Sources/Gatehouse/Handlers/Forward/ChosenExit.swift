import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

/// The way out of one request: from which address, and over which other proxy.
package struct ChosenExit {
    package let parent: ForwardExitSettings.Parent?
    private let name: [UInt8]
    private let destination: ForwardDestination
    /// Of each family, where the exit has any.
    private var sources: [IPAddress] = []
    private let isBound: Bool

    init(_ settings: ForwardExitSettings, _ destination: ForwardDestination, _ exchange: Exchange) {
        name = Array(settings.name.utf8)
        parent = settings.parent
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

    /// Whether an address can be connected to from where this exit has to start.
    func reaches(_ address: IPAddress) -> Bool { !isBound || sources.contains { $0.isV4 == address.isV4 } }

    /// Where a connection to `peer` starts; `nil` leaves it to the system.
    package func source(for peer: SocketAddress) -> SocketAddress? {
        guard let address = peer.ipAddress, let source = sources.first(where: { $0.isV4 == address.isV4 }) else { return nil }
        return .ip(source, port: 0)
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
