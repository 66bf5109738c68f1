import Glibc

/// One thing whose CPU time is taken.
struct Benchmark {
    /// Does the thing so many times.
    enum Work {
        case plain((_ times: Int) -> Void)
        case suspending((_ times: Int) async -> Void)
    }

    let name: String
    let work: Work

    init(_ name: String, _ work: @escaping (_ times: Int) -> Void) {
        self.name = name
        self.work = .plain(work)
    }

    init(_ name: String, suspending work: @escaping (_ times: Int) async -> Void) {
        self.name = name
        self.work = .suspending(work)
    }

    /// Takes samples of about `length` each, after one round that finds how many times fit into it and warms up.
    func samples(_ count: Int, length: Duration) async -> BenchmarkSamples {
        var times = 1
        var taken = await time(times)
        while taken < length {
            times = max(times * 2, min(times * 100, Int(Double(times) * (length / max(taken, .microseconds(1))))))
            taken = await time(times)
        }
        var samples: [Double] = []
        for _ in 0..<count { samples.append(await time(times) / .nanoseconds(1) / Double(times)) }
        return BenchmarkSamples(name: name, nanoseconds: samples.sorted())
    }

    /// CPU time of the whole process: what else the machine does would stretch the time on the wall.
    private func time(_ times: Int) async -> Duration {
        let begin = clock()
        switch work {
        case .plain(let body): body(times)
        case .suspending(let body): await body(times)
        }
        return .microseconds(clock() - begin)
    }
}

/// What the samples of a benchmark were, ascending, in nanoseconds for one time.
struct BenchmarkSamples {
    let name: String
    let nanoseconds: [Double]

    var median: Double { nanoseconds[nanoseconds.count / 2] }

    /// A row of the table: name, median, least and most.
    var row: String {
        "| \(name) | \(figure(median)) | \(figure(nanoseconds[0]))–\(figure(nanoseconds[nanoseconds.count - 1])) |"
    }

    private func figure(_ value: Double) -> String {
        value < 100 ? "\((value * 10).rounded() / 10)" : "\(Int(value.rounded()))"
    }
}

/// Keeps the compiler from leaving out work whose result nobody reads.
@inline(never) func keep<Value>(_ value: Value) {}
