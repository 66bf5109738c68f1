import GatehouseWire

/// What the name servers say about the name of a `server … resolve` line.
package enum NameAnswer: Equatable, Sendable {
    /// Addresses of the name, each once, and until when they hold.
    case addresses([IPAddress], until: MonotonicInstant)
    /// SRV records with the addresses of their targets.
    case services([Service], until: MonotonicInstant)
    /// The name does not exist, or has no such records; until when that holds, if the servers said so.
    case none(until: MonotonicInstant?)
    /// Nobody has answered, or what was answered says nothing about the name.
    case failed

    /// One SRV record (RFC 2782).
    package struct Service: Equatable, Sendable {
        package var priority: UInt16
        package var weight: UInt16
        package var port: UInt16
        package var target: String
        package var addresses: Addresses

        package init(priority: UInt16, weight: UInt16, port: UInt16, target: String, addresses: Addresses) {
            self.priority = priority
            self.weight = weight
            self.port = port
            self.target = target
            self.addresses = addresses
        }
    }

    /// The addresses of a target, whose own lookup may fail.
    package enum Addresses: Equatable, Sendable {
        case found([IPAddress])
        case none
        case failed
    }
}

/// One peer that a name stands for at the moment.
package struct NamedPeer: Hashable, Sendable {
    package var address: IPAddress
    /// Nil where the `server` line says it.
    package var port: UInt16?
    /// As peers of this line are called: the target of an SRV record; nil where it is the line's own name.
    package var server: String?
    package var weight: Int
    package var isBackup: Bool

    package init(address: IPAddress, port: UInt16? = nil, server: String? = nil, weight: Int = 1, isBackup: Bool = false) {
        self.address = address
        self.port = port
        self.server = server
        self.weight = weight
        self.isBackup = isBackup
    }
}
