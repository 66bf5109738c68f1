import FoundationEssentials

/// The results of one run, as `--json` writes and `--compare` reads them.
struct BenchmarkReport: Codable {
    struct Machine: Codable {
        /// `model name` of the first processor.
        var processor: String
        var processorCount: Int
    }

    var machine: Machine
    /// Always nanoseconds for one time; written down for whoever reads the file.
    var unit = "ns"
    var benchmarks: [BenchmarkResult]

    init(_ benchmarks: [BenchmarkResult]) {
        machine = Machine(processor: Self.processor, processorCount: ProcessInfo.processInfo.activeProcessorCount)
        self.benchmarks = benchmarks
    }

    init(readingFrom path: String) throws {
        self = try JSONDecoder().decode(BenchmarkReport.self, from: Data(contentsOf: URL(filePath: path)))
    }

    func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try (encoder.encode(rounded) + Data("\n".utf8)).write(to: URL(filePath: path))
    }

    func result(named name: String) -> BenchmarkResult? { benchmarks.first { $0.name == name } }

    /// With a tenth of a nanosecond as the last digit, so that a changed baseline is readable.
    private var rounded: BenchmarkReport {
        var copy = self
        copy.benchmarks = benchmarks.map { BenchmarkResult(name: $0.name, cpu: $0.cpu.rounded, wall: $0.wall.rounded) }
        return copy
    }

    private static var processor: String {
        let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
        return line?.split(separator: ":").last.map { $0.drop { $0 == " " } }.map(String.init) ?? "unknown"
    }
}

extension Spread {
    fileprivate var rounded: Spread {
        var copy = self
        copy.median = (median * 10).rounded() / 10
        copy.least = (least * 10).rounded() / 10
        copy.most = (most * 10).rounded() / 10
        return copy
    }
}
