import Gatehouse
import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

/// What a canary costs a request: choosing a version, and telling the actor how it went.
func canaryBenchmarks(on loops: Loops) -> [Benchmark] {
    let rules = CanaryRules(steps: [CanaryRules.Step(share: CanaryShare(clamping: 500))])
    let router = CanaryRouter(name: "shop", CanaryRolloutMachine(rules, now: .now), origin: .now)
    let user = Array("user-4711".utf8)
    let shared: (Int) async -> Void = { times in
        await loops.run(64, across: 2) { _ in router.record(times / 64) }
    }
    return [
        Benchmark("canary: choose by the hash of a key") { times in
            for _ in 0..<times { keep(router.choose(place: CanaryPlace(of: user.span, in: router.name))) }
        },
        Benchmark("canary: record a result") { router.record($0) },
        Benchmark("canary: record results from 64 tasks on 2 loops", times: 1024...Int.max, suspending: shared),
    ]
}

extension CanaryRouter {
    /// One of twenty results is the canary's.
    fileprivate nonisolated func record(_ times: Int) {
        let now = MonotonicInstant.now
        let baseline = CanaryResult(.baseline, .answered(status: 200), time: .milliseconds(3))
        let canary = CanaryResult(.canary, .answered(status: 200), time: .milliseconds(3))
        for number in 0..<times { keep(recordNow(number % 20 == 0 ? canary : baseline, now: now) == nil) }
    }
}
