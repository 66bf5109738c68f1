/// What the samples of one measure were, in nanoseconds for one time.
struct Spread: Codable {
    var median: Double
    var least: Double
    var most: Double

    init(_ samples: [Double]) {
        let sorted = samples.sorted()
        median = sorted[sorted.count / 2]
        least = sorted[0]
        most = sorted[sorted.count - 1]
    }

    /// Whether no sample of one lies among the samples of the other: then the difference is hardly chance.
    func isApart(from other: Spread) -> Bool { least > other.most || most < other.least }
}

/// What was measured of one benchmark.
struct BenchmarkResult: Codable {
    let name: String
    /// CPU time of all threads of the process.
    let cpu: Spread
    let wall: Spread

    static let heading = "| what | ns of CPU, median | least–most | ns on the wall, median |\n|---|---|---|---|"
    static let comparingHeading = "| what | ns of CPU, median | least–most | baseline | ratio |\n|---|---|---|---|---|"

    /// A row of the table under `heading`.
    var row: String {
        "| \(name) | \(Self.figure(cpu.median)) | \(Self.figure(cpu.least))–\(Self.figure(cpu.most)) | \(Self.figure(wall.median)) |"
    }

    /// A row of the table under `comparingHeading`; the ratio is bold where the samples of both do not overlap.
    func row(comparedTo baseline: BenchmarkResult?) -> String {
        let own = "| \(name) | \(Self.figure(cpu.median)) | \(Self.figure(cpu.least))–\(Self.figure(cpu.most)) |"
        guard let baseline else { return own + " – | new |" }
        let ratio = Self.decimal(cpu.median / max(baseline.cpu.median, 0.001))
        return own + " \(Self.figure(baseline.cpu.median)) | \(cpu.isApart(from: baseline.cpu) ? "**\(ratio)**" : ratio) |"
    }

    private static func figure(_ value: Double) -> String {
        value < 100 ? "\((value * 10).rounded() / 10)" : "\(Int(value.rounded()))"
    }

    private static func decimal(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }
}
