import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

/// The active checks of one group, as work of its generation.
struct GroupHealthChecks: Upkeep {
    let group: UpstreamGroup
    let health: GroupHealth

    func run(on loop: EventLoop) async {
        let (group, health) = (group, health)
        let checker = ActiveChecks(checks: health.plans.map(\.rules)) { peer in
            SocketProber(health.plans, group: group, peer: peer, loop: loop)
        } known: { peer in
            health.remembered(of: peer.address)
        } report: { peer, transition, now in
            health.remember(transition.to, of: peer.address)
            await group.pool.set(peer, transition.to, reason: transition.reason, now: now)
        }
        await group.pool.watchMembers { checker.add($0) }
        await checker.run(UpstreamClock(loop))
    }
}
