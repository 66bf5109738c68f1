import GatehousePolicy
import GatehouseRuntime
import GatehouseTestKit
import GatehouseWire
import Testing

@testable import Gatehouse

/// The actor in every interleaving that a seed stands for. A failing test names its seed.
@Suite struct UpstreamPoolTests {
    private static let seeds = Array(UInt64(1)...64)
    private let now = MonotonicInstant.origin

    private func server(_ number: Int, most: Int = 0) -> UpstreamServer {
        let address = SocketAddress.ip(.v4(0x0a00_0000 + UInt32(number)), port: 80)
        return UpstreamServer(address: address, spec: PeerSpec(name: "s\(number)", maxConnections: most))
    }

    private func pool(_ servers: [UpstreamServer], queue: Int? = nil, log: Log? = nil) -> UpstreamPool {
        let rules = PoolRules(queue: queue.map { QueueRules(capacity: $0) })
        let peers = servers.enumerated().map { UpstreamPeer(id: PeerID(index: $0), server: $1) }
        return UpstreamPool(
            PoolMachine(peers: servers.map(\.spec), rules: rules), peers: peers, seed: 1,
            changed: { _, change in
                log?.add("\(change.name) \(change.from) \(change.to) \(change.reason)")
            })
    }

    /// What tasks tell of themselves.
    private final class Log: Sendable {
        private let state = Lock([String]())
        func add(_ line: String) { state.withLock { $0.append(line) } }
        var lines: [String] { state.withLock { $0 } }
    }

    /// Runs the tasks to their end in the order that the seed chooses.
    private func run(seed: UInt64, _ tasks: [@Sendable () async -> Void]) {
        let executor = SeededTaskExecutor(seed: seed)
        let log = Log()
        for task in tasks {
            Task(executorPreference: executor) {
                await task()
                log.add("done")
            }
        }
        executor.drain()
        #expect(log.lines.count == tasks.count, "seed \(seed): a task never ended")
    }

    /// Gets a peer, waiting for it if need be, holds it for a while, gives it back.
    private static func request(_ pool: UpstreamPool, _ counts: Counts, now: MonotonicInstant, pause: Int) async {
        let peer: UpstreamPeer
        switch await pool.lease(UpstreamPool.Request(), now: now) {
        case .use(let leased): peer = leased
        case .wait(_, let waiter):
            guard case .granted(let leased) = await waiter.wait() else { return counts.refused() }
            peer = leased
        case .noneLive, .queueFull, .overloaded: return counts.refused()
        }
        counts.began(peer)
        for _ in 0..<pause { await Task.yield() }
        counts.ended(peer)
        _ = await pool.released(peer, LeaseReport(.succeeded), now: now)
    }

    private final class Counts: Sendable {
        struct State {
            var active: [ObjectIdentifier: Int] = [:]
            var most = 0
            var served = 0
            var refused = 0
        }
        private let state = Lock(State())
        var now: State { state.withLock { $0 } }
        func refused() { state.withLock { $0.refused += 1 } }
        func began(_ peer: UpstreamPeer) {
            state.withLock { state in
                let count = state.active[ObjectIdentifier(peer), default: 0] + 1
                state.active[ObjectIdentifier(peer)] = count
                state.most = max(state.most, count)
            }
        }
        func ended(_ peer: UpstreamPeer) {
            state.withLock { state in
                state.active[ObjectIdentifier(peer), default: 0] -= 1
                state.served += 1
            }
        }
    }

    @Test(arguments: seeds)
    func `no peer gets more than max_conns, and whoever fits into the queue is served`(seed: UInt64) async {
        let pool = pool([server(1, most: 1), server(2, most: 2)], queue: 40)
        let counts = Counts()
        let (now, tasks) = (now, 40)
        run(seed: seed, (0..<tasks).map { number in { await Self.request(pool, counts, now: now, pause: number % 4) } })
        #expect(counts.now.most <= 2 && counts.now.served == tasks && counts.now.refused == 0)
        #expect(await pool.snapshots(now: now).allSatisfy { $0.snapshot.active == 0 })
    }

    @Test(arguments: seeds)
    func `a full queue refuses, and loses nobody`(seed: UInt64) async {
        let pool = pool([server(1, most: 1)], queue: 2)
        let counts = Counts()
        let now = now
        run(seed: seed, (0..<12).map { number in { await Self.request(pool, counts, now: now, pause: number % 3) } })
        #expect(counts.now.most == 1 && counts.now.served + counts.now.refused == 12 && counts.now.served >= 3)
        #expect(await pool.snapshots(now: now)[0].snapshot.active == 0)
    }

    @Test(arguments: seeds)
    func `who gives up while it is granted a peer keeps it from nobody`(seed: UInt64) async {
        let pool = pool([server(1, most: 1)], queue: 10)
        let counts = Counts()
        let now = now
        let impatient: @Sendable () async -> Void = {
            switch await pool.lease(UpstreamPool.Request(), now: now) {
            case .use(let peer): _ = await pool.released(peer, LeaseReport(.unused), now: now)
            case .wait(let id, let waiter):
                await Task.yield()
                if waiter.end(.timedOut) { return await pool.waiterLeft(id) }
                if case .granted(let peer) = await waiter.wait() { _ = await pool.released(peer, LeaseReport(.unused), now: now) }
            case .noneLive, .queueFull, .overloaded: break
            }
        }
        let patient: @Sendable () async -> Void = { await Self.request(pool, counts, now: now, pause: 2) }
        run(seed: seed, [patient, impatient, patient, impatient, impatient, patient])
        #expect(counts.now.served == 3)
        #expect(await pool.snapshots(now: now)[0].snapshot.active == 0)
    }

    @Test(arguments: seeds)
    func `peers come and go under way`(seed: UInt64) async {
        let pool = pool([server(1, most: 2), server(2, most: 2)], queue: 100)
        let counts = Counts()
        let now = now
        let requests: [@Sendable () async -> Void] = (0..<30).map { number in
            { await Self.request(pool, counts, now: now, pause: number % 5) }
        }
        let replacement = server(3, most: 2)
        let changes: @Sendable () async -> Void = {
            for _ in 0..<3 {
                await Task.yield()
                guard let first = await pool.members.first else { return }
                await pool.change(removing: [first], adding: [replacement], now: now)
            }
        }
        run(seed: seed, requests + [changes])
        #expect(counts.now.most <= 2 && counts.now.served == 30)
        let members = await pool.snapshots(now: now)
        #expect(members.count == 2 && members.allSatisfy { $0.snapshot.active == 0 })
    }

    @Test func `a peer that left is not given its successor's fate`() async {
        let pool = pool([server(1), server(2)])
        let old = await pool.members[0]
        let new = await pool.change(removing: [old], adding: [server(3)], now: now)[0]
        await pool.set(old, .unhealthy, reason: "late", now: now)
        await pool.set(old, .down, now: now)
        #expect(old.isRetired && !new.isRetired)
        #expect(await pool.snapshots(now: now).allSatisfy { $0.snapshot.state == .up })
        #expect(pool.tries == 2)
    }

    @Test func `leaving is told to those who keep something for the peer`() async {
        let pool = pool([server(1), server(2)])
        let log = Log()
        let peer = await pool.members[0]
        peer.whenRetired(ObjectIdentifier(log)) { log.add($0.name) }
        await pool.change(removing: [peer], adding: [], now: now)
        #expect(log.lines == ["s1"])
    }

    @Test func `every change of state is told with its reason`() async {
        let log = Log()
        let pool = pool([server(1), server(2)], log: log)
        let peer = await pool.members[1]
        await pool.set(peer, .unhealthy, reason: "refused", now: now)
        await pool.set(peer, .healthy, reason: "passed", now: now)
        await pool.set(peer, .draining, now: now)
        #expect(log.lines == ["s2 up unhealthy refused", "s2 unhealthy up passed", "s2 up draining set by hand"])
        #expect(pool.tries == 1)
    }

    @Test func `requests wait for names that were never resolved`() async throws {
        let pool = pool([])
        await pool.setAwaitsPeers(true, now: now)
        guard case .wait(_, let waiter) = await pool.lease(UpstreamPool.Request(), now: now) else { throw Wrong() }
        await pool.change(removing: [], adding: [server(1)], now: now)
        guard case .granted(let peer) = await waiter.wait() else { throw Wrong() }
        #expect(peer.name == "s1")
    }

    private struct Wrong: Error {}
}
