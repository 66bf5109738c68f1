import GatehousePolicy

/// Names looked up in a set of a million, as a forward proxy's rules do it.
func forwardBenchmarks() -> [Benchmark] {
    var builder = DomainSetBuilder(key: 0x5eed)
    for number in 0..<1_000_000 { builder.add(name(number), number % 2 == 0 ? .exact : .below) }
    let set = builder.build()
    let present = (0..<4096).map { name($0 * 241) }
    let absent = present.map { Array("www.other".utf8) + $0 }
    return [lookup("domain among a million", set, present), lookup("domain that is not among a million", set, absent)]
}

private func name(_ number: Int) -> [UInt8] { Array("host\(number &* 7919).site\(number % 5000).example.com".utf8) }

private func lookup(_ title: String, _ set: DomainSet, _ names: [[UInt8]]) -> Benchmark {
    Benchmark(title) { times in
        var found = 0
        for number in 0..<times {
            let name = names[number & 4095]
            if set.contains(name.span) { found += 1 }
        }
        keep(found)
    }
}
