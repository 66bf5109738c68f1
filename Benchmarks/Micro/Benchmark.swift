import GatehouseRuntime
import GatehouseWire
import Glibc
import Synchronization

/// One thing whose time is taken.
struct Benchmark {
    /// Does the thing so many times.
    enum Work {
        case plain((_ times: Int) -> Void)
        case suspending((_ times: Int) async -> Void)
    }

    let name: String
    let work: Work
    /// A sample is of as many times as this allows: work for many tasks needs some for each, and what may collapse needs an end.
    let times: ClosedRange<Int>

    init(_ name: String, _ work: @escaping (_ times: Int) -> Void) {
        self.name = name
        self.work = .plain(work)
        times = 1...Int.max
    }

    init(_ name: String, times: ClosedRange<Int> = 1...Int.max, suspending work: @escaping (_ times: Int) async -> Void) {
        self.name = name
        self.work = .suspending(work)
        self.times = times
    }

    /// Takes samples of about `length` each, after rounds that find how many times fit into it and warm up.
    func samples(_ count: Int, length: Duration) async -> BenchmarkResult {
        var times = self.times.lowerBound
        var taken = await time(times)
        while taken.cpu < length && taken.wall < length * 4 && times < self.times.upperBound {
            let share = length / max(taken.cpu, .microseconds(1))
            times = min(max(times * 2, min(times * 100, Int(Double(times) * share))), self.times.upperBound)
            taken = await time(times)
        }
        var cpu: [Double] = []
        var wall: [Double] = []
        for _ in 0..<count {
            let sample = await time(times)
            cpu.append(sample.cpu / .nanoseconds(1) / Double(times))
            wall.append(sample.wall / .nanoseconds(1) / Double(times))
        }
        return BenchmarkResult(name: name, cpu: Spread(cpu), wall: Spread(wall))
    }

    /// CPU time of the whole process, which other programs of the machine hardly change, and the time on the wall.
    private func time(_ times: Int) async -> (cpu: Duration, wall: Duration) {
        let begin = clock()
        let wallBegin = MonotonicInstant.now
        switch work {
        case .plain(let body): body(times)
        case .suspending(let body): await body(times)
        }
        return (.microseconds(clock() - begin), MonotonicInstant.now - wallBegin)
    }
}

/// Keeps the compiler from leaving out work whose result nobody reads. It has an effect of its own, or it would be left out too.
@inline(never) func keep<Value>(_ value: Value) {
    wasKept.store(true, ordering: .relaxed)
}

private let wasKept = Atomic(false)
