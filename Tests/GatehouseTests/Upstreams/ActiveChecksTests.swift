import GatehousePolicy
import GatehouseRuntime
import GatehouseTestKit
import GatehouseWire
import Testing

@testable import Gatehouse

/// The actor in every interleaving that a seed stands for. A failing test names its seed.
@Suite struct ActiveChecksTests {
    private static let seeds = Array(UInt64(1)...48)

    /// What is true of the peers, and what the checker did.
    private final class World: Sendable {
        struct State {
            var well: Set<Int> = []
            var underWay: [Int: Int] = [:]
            var mostAtOnce = 0
            var probes: [Int: Int] = [:]
            var closed = 0
            var transitions: [Int: [HealthCheckMachine.Transition]] = [:]
        }
        private let state = Lock(State())
        let clock = ManualClock()

        var now: State { state.withLock { $0 } }
        func change(_ body: (inout State) -> Void) { state.withLock { body(&$0) } }

        /// A probe that takes as long as its peer's number says, in hundredths of a second.
        func probe(_ peer: Int) async -> ProbeOutcome {
            change { state in
                state.underWay[peer, default: 0] += 1
                state.mostAtOnce = max(state.mostAtOnce, state.underWay[peer] ?? 0)
                state.probes[peer, default: 0] += 1
            }
            let wasCut = (try? await clock.sleep(for: .milliseconds(10 * peer))) == nil
            change { $0.underWay[peer, default: 0] -= 1 }
            if wasCut { return .abandoned }
            return now.well.contains(peer) ? .passed : .failed("peer \(peer) is not well")
        }
    }

    private final class WorldProber: PeerProber {
        private let world: World
        private let peer: Int

        init(_ world: World, peer: Int) {
            self.world = world
            self.peer = peer
        }

        func probe(_ check: Int) async -> ProbeOutcome { await world.probe(peer) }
        func close() { world.change { $0.closed += 1 } }
    }

    /// A checker under way, with a group that it reports to.
    private struct Scene {
        let world = World()
        let executor: SeededTaskExecutor
        let checker: ActiveChecks
        let pool: UpstreamPool
        let task: Task<Void, Never>

        init(_ rules: HealthCheckRules, peers count: Int, seed: UInt64) {
            let (world, executor) = (world, SeededTaskExecutor(seed: seed))
            let servers = (0..<count).map {
                UpstreamServer(address: .ip(.v4(0x0a00_0000 + UInt32($0)), port: 80), spec: PeerSpec(name: "s\($0)"))
            }
            let peers = servers.enumerated().map { UpstreamPeer(id: PeerID(index: $0), server: $1) }
            let pool = UpstreamPool(
                PoolMachine(peers: servers.map(\.spec)), peers: peers, seed: 1,
                startingHealth: { _ in rules.initialHealth(known: nil) })
            let checker = ActiveChecks(checks: [rules], seed: seed) { peer in
                WorldProber(world, peer: peer.id.index)
            } report: { peer, transition, now in
                world.change { $0.transitions[peer.id.index, default: []].append(transition) }
                await pool.set(peer, transition.to, reason: transition.reason, now: now)
            }
            task = Task(executorPreference: executor) {
                await pool.watchMembers { checker.add($0) }
                await checker.run(UpstreamClock(world.clock))
            }
            (self.executor, self.checker, self.pool) = (executor, checker, pool)
        }

        func run(for duration: Duration) {
            for _ in 0..<Int(duration / .milliseconds(10)) {
                executor.drain()
                world.clock.advance(by: .milliseconds(10))
            }
            executor.drain()
        }

        /// Runs `body` as a task of its own, to its end.
        func perform(_ body: @escaping @Sendable () async -> Void) {
            let isDone = Lock(false)
            Task(executorPreference: executor) {
                await body()
                isDone.withLock { $0 = true }
            }
            executor.drain()
            #expect(isDone.withLock { $0 }, "seed \(executor.seed): a task never ended")
        }

        func states() -> [PeerSnapshot.State] {
            let found = Lock([PeerSnapshot.State]())
            let (pool, now) = (pool, world.clock.now)
            perform {
                let snapshots = await pool.snapshots(now: now)
                found.withLock { $0 = snapshots.map(\.snapshot.state) }
            }
            return found.withLock { $0 }
        }

        /// Cancels the checker; whether it has ended.
        func end() -> Bool {
            task.cancel()
            let isOver = Lock(false)
            Task(executorPreference: executor) { [task] in
                await task.value
                isOver.withLock { $0 = true }
            }
            executor.drain()
            return isOver.withLock { $0 }
        }
    }

    @Test(arguments: seeds) func `what is not well is unhealthy within an interval, and healthy again within another`(seed: UInt64) {
        let scene = Scene(HealthCheckRules(interval: .seconds(1)), peers: 4, seed: seed)
        scene.world.change { $0.well = [0, 2, 3] }
        scene.run(for: .milliseconds(1100))
        #expect(scene.states() == [.up, .unhealthy, .up, .up], "seed \(seed)")
        scene.world.change { $0.well = [0, 1, 3] }
        scene.run(for: .milliseconds(1100))
        #expect(scene.states() == [.up, .up, .unhealthy, .up], "seed \(seed)")
        #expect(scene.world.now.transitions[1]?.map(\.to) == [.unhealthy, .healthy], "seed \(seed)")
        #expect(scene.world.now.transitions[1]?.first?.reason == "peer 1 is not well", "seed \(seed)")
        #expect(scene.end(), "seed \(seed)")
    }

    @Test(arguments: seeds) func `a peer never has two probes at once, however long they take`(seed: UInt64) {
        let scene = Scene(HealthCheckRules(interval: .milliseconds(20)), peers: 6, seed: seed)
        scene.run(for: .seconds(1))
        let state = scene.world.now
        #expect(state.mostAtOnce == 1, "seed \(seed)")
        #expect((1..<6).allSatisfy { state.probes[$0, default: 0] >= 10 }, "seed \(seed)")
        #expect(scene.end() && scene.world.now.closed == 6, "seed \(seed)")
    }

    @Test(arguments: seeds) func `a mandatory check lets nothing through before its first pass`(seed: UInt64) {
        let scene = Scene(HealthCheckRules(interval: .seconds(1), passes: 2, isMandatory: true), peers: 3, seed: seed)
        scene.world.change { $0.well = [0, 1] }
        #expect(scene.states() == [.checking, .checking, .checking], "seed \(seed)")
        scene.run(for: .milliseconds(1500))
        #expect(scene.states() == [.up, .up, .unhealthy], "seed \(seed)")
        #expect(scene.end(), "seed \(seed)")
    }

    @Test(arguments: seeds) func `peers that come are probed, and those that go are not any more`(seed: UInt64) {
        let scene = Scene(HealthCheckRules(interval: .milliseconds(100)), peers: 2, seed: seed)
        scene.run(for: .milliseconds(250))
        let pool = scene.pool
        let new = UpstreamServer(address: .ip(.v4(0x0a00_0009), port: 80), spec: PeerSpec(name: "new"))
        scene.perform {
            let gone = await pool.members[1]
            await pool.change(removing: [gone], adding: [new], now: .origin)
        }
        scene.run(for: .milliseconds(150))
        let probes = scene.world.now.probes[1]
        scene.run(for: .milliseconds(500))
        let state = scene.world.now
        #expect(state.probes[1] == probes && state.closed == 1, "seed \(seed)")
        #expect(state.probes[2, default: 0] >= 4, "seed \(seed)")
        #expect(scene.end() && scene.world.now.closed == 3, "seed \(seed)")
    }

    @Test(arguments: seeds) func `a checker that is cancelled in the middle of probes ends, and holds nothing against anybody`(seed: UInt64)
    {
        let scene = Scene(HealthCheckRules(interval: .milliseconds(50)), peers: 20, seed: seed)
        scene.world.change { $0.well = Set(0..<20) }
        scene.run(for: .milliseconds(330))
        scene.world.change { $0.well = [] }
        #expect(scene.end(), "seed \(seed)")
        #expect(scene.world.now.transitions.values.joined().allSatisfy { $0.to == .healthy }, "seed \(seed)")
    }
}
