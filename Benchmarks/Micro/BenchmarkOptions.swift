/// What the command line of `gatehouse-bench` says.
struct BenchmarkOptions {
    struct UsageError: Error, CustomStringConvertible {
        let description: String
    }

    var isQuick = false
    var simulatesCanary = false
    var measuresLists = false
    var json: String?
    var baseline: String?
    var words: [String] = []

    init(_ arguments: some Sequence<String>) throws(UsageError) {
        var arguments = arguments.makeIterator()
        while let argument = arguments.next() {
            switch argument {
            case "--quick": isQuick = true
            case "--canary-simulation": simulatesCanary = true
            case "--domain-lists": measuresLists = true
            case "--json": json = arguments.next()
            case "--compare": baseline = arguments.next()
            default:
                guard !argument.hasPrefix("-") else { throw UsageError(description: "unknown option \(argument)") }
                words.append(argument)
            }
        }
    }

    func includes(_ name: String) -> Bool { words.isEmpty || words.contains { name.contains($0) } }
}
