/// Times the machines and actors a request meets, each by itself:
///
///     gatehouse-bench [--quick] [WORD…]      only benchmarks whose names contain one of the words
@main struct BenchmarkCommand {
    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        let words = arguments.filter { !$0.hasPrefix("-") }
        let isQuick = arguments.contains("--quick")
        let groups = try [messageBenchmarks(), routingBenchmarks(), upstreamBenchmarks(), runtimeBenchmarks()]
        print("| what | ns of CPU, median | least–most |\n|---|---|---|")
        for benchmark in groups.joined() where words.isEmpty || words.contains(where: { benchmark.name.contains($0) }) {
            print(await benchmark.samples(isQuick ? 3 : 11, length: .milliseconds(isQuick ? 5 : 20)).row)
        }
    }
}
