import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime

/// The active checks of a group, as they are configured, and what is remembered of its peers.
package struct GroupHealth: Sendable {
    let plans: [HealthCheckPlan]
    private let group: String
    private let memory: HealthMemory

    init(_ settings: UpstreamSettings, environment: GenerationEnvironment) throws(AssemblyError) {
        let contexts = ProxyTLSContexts(environment: environment)
        var plans: [HealthCheckPlan] = []
        for check in settings.healthChecks { plans.append(try HealthCheckPlan(check, contexts: contexts)) }
        self.plans = plans
        group = settings.name
        memory = environment.healthMemory
    }

    /// How a peer starts.
    func startingHealth(of address: SocketAddress) -> PeerHealth {
        .combined(plans.map { $0.rules.initialHealth(known: remembered(of: address)) })
    }

    func remembered(of address: SocketAddress) -> PeerHealth? { memory.health(of: address, in: group) }

    func remember(_ health: PeerHealth, of address: SocketAddress) { memory.note(health, of: address, in: group) }
}
