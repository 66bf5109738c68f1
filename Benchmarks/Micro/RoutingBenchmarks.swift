import GatehousePattern
import GatehousePolicy

/// Finding the server and the location of a request, and matching expressions.
func routingBenchmarks() throws -> [Benchmark] {
    var all: [Benchmark] = []
    for count in [3, 50, 1000] {
        all.append(location(among: count))
        all.append(serverName(among: count))
    }
    all.append(try pattern("file extension", #"\.(?:css|js|png|jpe?g|svg|woff2?)$"#, "/assets/images/products/large/4711.jpeg"))
    all.append(try pattern("path with captures", "^/users/([0-9]+)/(posts|photos)/([^/]+)$", "/users/123456/photos/holiday"))
    all.append(
        try pattern("agent, without case", "(?i)(bot|crawler|spider)", "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/128.0"))
    return all
}

private func location(among count: Int) -> Benchmark {
    var tree = LocationTree<Int>()
    _ = tree.add(.prefix, path: "/", 0)
    for number in 0..<count { _ = tree.add(.prefix, path: "/service\(number)/api", number) }
    let path = Array("/service\(count / 2)/api/v1/users/42".utf8)
    return Benchmark("location among \(count) prefixes") { [tree] times in
        var captures: [Int] = []
        var sum = 0
        for _ in 0..<times { sum &+= tree.find(path.span, captures: &captures)?.value ?? 0 }
        keep(sum)
    }
}

private func serverName(among count: Int) -> Benchmark {
    var names = ServerNames(default: 0)
    for number in 0..<count {
        _ = names.add("www\(number).example.com", number)
        _ = names.add("*.site\(number).example.com", number)
    }
    let host = Array("shop.site\(count / 2).example.com".utf8)
    return Benchmark("server name among \(count) exact and \(count) wildcards") { [names] times in
        var captures: [Int] = []
        var sum = 0
        for _ in 0..<times { sum &+= names.find(host.span, captures: &captures).value }
        keep(sum)
    }
}

private func pattern(_ name: String, _ source: String, _ subject: String) throws -> Benchmark {
    let pattern = try Pattern(source)
    let input = Array(subject.utf8)
    return Benchmark("expression: \(name)") { times in
        var captures: [Int] = []
        for _ in 0..<times { keep(pattern.firstMatch(in: input.span, captures: &captures)) }
    }
}
