import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

/// One address that requests can go to, and what its `server` line says of it.
package struct UpstreamServer: Sendable {
    package var address: SocketAddress
    package var spec: PeerSpec
    /// The number of its line among the group's `ServerLines`.
    package var line: Int

    package init(address: SocketAddress, spec: PeerSpec, line: Int = 0) {
        self.address = address
        self.spec = spec
        self.line = line
    }
}

extension UpstreamSettings {
    /// What a `server` line means at one of the addresses it stands for.
    package func server(_ settings: UpstreamServerSettings, line: Int, at address: SocketAddress) -> UpstreamServer {
        var spec = PeerSpec(
            name: settings.name, weight: settings.weight, maxConnections: settings.maxConnections, maxFails: settings.maxFails,
            failTimeout: settings.failTimeout, isBackup: settings.isBackup, isDown: settings.isDown, slowStart: settings.slowStart,
            isDraining: settings.isDraining, stickyID: settings.route)
        // As in nginx: without `route` a server is known by a digest of its address.
        if sticky != nil && spec.stickyID.isEmpty { spec.stickyID = MD5.hexadecimal(of: Array(address.description.utf8)) }
        return UpstreamServer(address: address, spec: spec, line: line)
    }

    /// How the group as a whole behaves.
    package var rules: PoolRules {
        PoolRules(
            method: method, queue: queue.map { QueueRules(capacity: $0.capacity, timeout: $0.timeout) }, outliers: outliers, limits: limits,
            retryBudget: retryBudget)
    }
}
