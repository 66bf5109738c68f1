import GatehouseWire

/// How many UDP associations there are, and how many of them are one client's.
package struct AssociationCounts: Sendable {
    package struct Limits: Sendable, Equatable {
        package var all = 256
        package var ofClient = 32

        package init() {}
    }

    private var total = 0
    private var clients: [IPAddress: Int] = [:]

    package init() {}

    /// - Returns: false where there are enough; else one has to be given back.
    package mutating func take(for client: IPAddress, limits: Limits) -> Bool {
        guard total < limits.all, clients[client, default: 0] < limits.ofClient else { return false }
        total += 1
        clients[client, default: 0] += 1
        return true
    }

    package mutating func giveBack(by client: IPAddress) {
        guard let count = clients[client] else { return }
        total -= 1
        clients[client] = count > 1 ? count - 1 : nil
    }
}
