import GatehousePolicy

/// The table of `Documentation/ForwardProxy.md`: what a list of so many names costs, in each format.
///
///     gatehouse-bench --domain-lists [NAMES]
enum DomainListMeasurement {
    private static let formats: [(title: String, line: @Sendable (String) -> String)] = [
        ("hosts", { "0.0.0.0 \($0)\n" }), ("plain", { "\($0)\n" }), ("Adblock", { "||\($0)^\n" }),
        ("dnsmasq", { "address=/\($0)/0.0.0.0\n" }),
    ]

    static func print(names count: Int) {
        Swift.print("| format | names | text | memory | an entry | loaded in | a lookup that finds | that does not |")
        Swift.print("|---|---|---|---|---|---|---|---|")
        // Neighbours in the list are no neighbours in the set, nor in the order they are asked for.
        let names = (0..<count).map { "host\($0 &* 7919 % count).site\($0 % 5000).example.com" }
        for format in formats { Swift.print(row(format.title, names, format.line)) }
    }

    private static func row(_ title: String, _ names: [String], _ line: (String) -> String) -> String {
        var text: [UInt8] = []
        for name in names { text += line(name).utf8 }
        let clock = ContinuousClock()
        var set: DomainSet?
        let time = clock.measure {
            var builder = DomainSetBuilder(key: 0x5eed)
            builder.add(list: text)
            set = builder.build()
        }
        guard let set else { return "" }
        let asked = stride(from: 0, to: names.count, by: max(1, names.count / 4096)).map { Array(names[$0].utf8) }
        let found = lookup(set, asked), missed = lookup(set, asked.map { Array("a.b".utf8) + $0.dropLast() })
        let bytes = Double(set.memory) / Double(set.count)
        return
            "| \(title) | \(set.count) | \(text.count >> 20) MiB | \(tenths(Double(set.memory) / 1_048_576)) MiB | \(tenths(bytes)) bytes | "
            + "\(tenths(Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18)) s | \(found) ns | \(missed) ns |"
    }

    /// Nanoseconds each.
    private static func lookup(_ set: DomainSet, _ names: [[UInt8]]) -> Int {
        var found = 0
        let rounds = 50
        let time = ContinuousClock().measure {
            for _ in 0..<rounds { for name in names where set.contains(name.span) { found += 1 } }
        }
        keep(found)
        return Int(time / .nanoseconds(1)) / (rounds * names.count)
    }

    private static func tenths(_ value: Double) -> Double { (value * 10).rounded() / 10 }
}
