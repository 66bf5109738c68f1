import Glibc

/// Times the machines and actors a request meets, each by itself:
///
///     gatehouse-bench [--quick] [--json FILE] [--compare FILE] [WORD…]
///
///     WORD              only benchmarks whose names contain one of the words
///     --quick           3 samples of 5 ms instead of 11 of 20 ms
///     --json FILE       writes the results to FILE too
///     --compare FILE    shows the ratio to the results in FILE; bold where no sample of one lies among those of the other
///
///     gatehouse-bench --canary-simulation [ROLLOUTS]
///     gatehouse-bench --domain-lists [NAMES]
@main struct BenchmarkCommand {
    static func main() async throws {
        let options = try BenchmarkOptions(CommandLine.arguments.dropFirst())
        if options.simulatesCanary { return CanarySimulations.print(rollouts: options.words.first.flatMap { Int($0) } ?? 1000) }
        if options.measuresLists { return DomainListMeasurement.print(names: options.words.first.flatMap { Int($0) } ?? 1_000_000) }
        let baseline = try options.baseline.map { try BenchmarkReport(readingFrom: $0) }
        var results: [BenchmarkResult] = []
        print(baseline == nil ? BenchmarkResult.heading : BenchmarkResult.comparingHeading)
        for benchmark in try allBenchmarks() where options.includes(benchmark.name) {
            let result = await benchmark.samples(options.isQuick ? 3 : 11, length: .milliseconds(options.isQuick ? 5 : 20))
            print(baseline == nil ? result.row : result.row(comparedTo: baseline?.result(named: benchmark.name)))
            // All streams: a row is seen when it is there, also through a pipe.
            fflush(nil)
            results.append(result)
        }
        if let path = options.json { try BenchmarkReport(results).write(to: path) }
    }

    private static func allBenchmarks() throws -> [Benchmark] {
        let loops = try Loops()
        return try routingBenchmarks() + messageBenchmarks() + upstreamBenchmarks() + forwardBenchmarks()
            + runtimeBenchmarks(on: loops.first)
            + canaryBenchmarks(on: loops) + actorBenchmarks(on: loops) + poolBenchmarks(on: loops) + taskBenchmarks(on: loops.first)
            + channelBenchmarks(on: loops.first) + lockBenchmarks(on: loops)
    }
}
