import GatehouseWire

/// Writes the PAC file of a forward proxy: which destinations a browser is to reach over it, and which by itself.
///
/// What the guard refuses for certain (this machine, private addresses) is reached directly, and so are names that a rule with `bypass`
/// names. Everything else goes to the proxy, denied names among it: that is how their refusal is seen. Rules are asked in their order, as
/// the proxy does; one with a condition that a browser cannot judge, or that only the proxy should, is left out.
package struct ProxyAutoConfiguration: Sendable {
    private let rules: [ForwardRule]
    private let destinationGuard: DestinationGuard
    private let client: IPAddress?
    private let setNames: @Sendable (Int) -> [[UInt8]]?

    /// - Parameters:
    ///   - client: who asks for the file.
    ///   - setNames: the names of a set, below which all belong to it; `nil` where they are not known, or too many.
    package init(
        rules: [ForwardRule], destinationGuard: DestinationGuard, client: IPAddress?, setNames: @escaping @Sendable (Int) -> [[UInt8]]?
    ) {
        self.rules = rules
        self.destinationGuard = destinationGuard
        self.client = client
        self.setNames = setNames
    }

    /// - Parameter route: what leads to the proxy, as `FindProxyForURL` answers: `PROXY proxy.example:3128`.
    package func script(route: [UInt8]) -> [UInt8] {
        let judged = rules.compactMap(clause)
        // What only says what the last line says as well is not said.
        let needed = judged.prefix((judged.lastIndex { $0.isDirect } ?? -1) + 1)
        var lines = [
            "// Made by Gatehouse from the rules of this proxy.", "function FindProxyForURL(url, host) {",
            "    var proxy = \(Self.quoted(route));", "    host = host.toLowerCase().replace(/^\\[|\\]$|\\.$/g, \"\");",
        ]
        lines += Self.preparations(for: needed.map(\.condition).joined(separator: " "))
        if destinationGuard.isOn { lines.append("    if (isInside(host)) return \"DIRECT\";") }
        lines += needed.map { "    if (\($0.condition)) return \($0.isDirect ? "\"DIRECT\"" : "proxy");" }
        if destinationGuard.isOn { lines.append("    if (isPlainHostName(host) && host.indexOf(\":\") < 0) return \"DIRECT\";") }
        lines += ["    return proxy;", "}"]
        lines += Self.below
        if destinationGuard.isOn { lines += inside }
        return Array(lines.joined(separator: "\n").utf8) + [0x0a]
    }

    // MARK: Rules

    private struct Clause {
        var condition: String
        var isDirect: Bool
    }

    private func clause(_ rule: ForwardRule) -> Clause? {
        var parts: [String] = []
        for condition in rule.conditions {
            guard let text = expression(condition.test) else { return nil }
            parts.append(condition.isNegated ? "!(\(text))" : "(\(text))")
        }
        return Clause(condition: parts.isEmpty ? "true" : parts.joined(separator: " && "), isDirect: rule.action == .bypass)
    }

    /// In JavaScript; `nil` for what a browser cannot judge.
    private func expression(_ test: ForwardCondition.Test) -> String? {
        switch test {
        case .user, .method, .url, .address: return nil
        case .client(let blocks): return client.map { client in blocks.contains { $0.contains(client) } } ?? false ? "true" : "false"
        case .time(let times): return Self.expression(times)
        case .port(let ports):
            return Self.any(
                ports.ranges.map { $0.count == 1 ? "port == \($0.lowerBound)" : "port >= \($0.lowerBound) && port <= \($0.upperBound)" })
        case .domain(let domains): return expression(domains)
        }
    }

    private func expression(_ domains: DomainTest) -> String? {
        guard domains.patterns.isEmpty else { return nil }
        var parts = domains.names.map { "host === \(Self.quoted($0))" }
        for suffix in domains.suffixes {
            let isBare = suffix.first != UInt8(ascii: ".")
            parts.append(
                isBare
                    ? "isBelow(host, \(Self.quoted(suffix)))"
                    : "isBelow(host, \(Self.quoted(Array(suffix.dropFirst())))) && host !== \(Self.quoted(Array(suffix.dropFirst())))")
        }
        for set in domains.sets {
            guard let names = setNames(set) else { return nil }
            parts += names.map { "isBelow(host, \(Self.quoted($0)))" }
        }
        return Self.any(parts)
    }

    private static func expression(_ times: WeekTimes) -> String {
        let days = times.days.sorted().map { "day == \($0)" }
        let minutes = times.minutes.map { range in
            "minute >= \(range.from) \(range.from <= range.to ? "&&" : "||") minute < \(range.to)"
        }
        return [days, minutes].filter { !$0.isEmpty }.map { "(\(any($0)))" }.joined(separator: " && ")
    }

    private static func any(_ parts: [String]) -> String {
        parts.isEmpty ? "false" : parts.count == 1 ? parts[0] : parts.map { "(\($0))" }.joined(separator: " || ")
    }

    private static func preparations(for conditions: String) -> [String] {
        var lines: [String] = []
        if conditions.contains("port ") {
            lines += [
                "    var parts = /^([a-z]+):\\/\\/[^\\/?#]*?(?::(\\d+))?(?:[\\/?#]|$)/i.exec(url) || [];",
                "    var port = parts[2] ? +parts[2] : /^(https|wss)$/i.test(parts[1]) ? 443 : 80;",
            ]
        }
        if conditions.contains("day ") || conditions.contains("minute ") {
            lines.append("    var now = new Date(), day = now.getDay(), minute = now.getHours() * 60 + now.getMinutes();")
        }
        return lines
    }

    // MARK: Functions

    private static let below = [
        "", "function isBelow(host, name) {",
        "    return host === name || host.slice(-name.length - 1) === \".\" + name;", "}",
    ]

    /// What the guard refuses whoever asks, unless it was opened.
    private static let blocks: [(text: String, mask: String)] = [
        ("127.0.0.0", "255.0.0.0"), ("10.0.0.0", "255.0.0.0"), ("172.16.0.0", "255.240.0.0"), ("192.168.0.0", "255.255.0.0"),
        ("169.254.0.0", "255.255.0.0"),
    ]

    private var inside: [String] {
        let isV6Open = destinationGuard.opened.contains { !$0.address.isV4 }
        // An opened network within a block, or around it, leads over the proxy.
        let open = destinationGuard.opened.filter(\.address.isV4).map { block in
            "isInNet(host, \"\(block.address)\", \"\(Self.mask(block.prefixLength))\")"
        }
        let own = Self.blocks.map { "isInNet(host, \"\($0.text)\", \"\($0.mask)\")" }
        return [
            "", "function isInside(host) {", "    if (host === \"localhost\" || isBelow(host, \"localhost\")) return true;",
            "    if (host.indexOf(\":\") >= 0) return \(isV6Open ? "/^::1$/" : "/^(::1$|f[cd]|fe[89ab])/").test(host);",
            "    if (!/^\\d+\\.\\d+\\.\\d+\\.\\d+$/.test(host)) return false;",
        ] + (open.isEmpty ? [] : ["    if (\(open.joined(separator: " || "))) return false;"]) + [
            "    return \(own.joined(separator: "\n        || "));", "}",
        ]
    }

    private static func mask(_ length: Int) -> String { "\(IPAddress.v4(length == 0 ? 0 : UInt32.max << UInt32(32 - length)))" }

    // MARK: Text

    /// A literal of JavaScript: whatever stands in it cannot end it, nor a page that the script is put into.
    private static func quoted(_ text: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var result: [UInt8] = [0x22]
        for byte in text {
            if ByteClass.isDigit(byte) || ByteClass.lowercase(byte) &- 0x61 < 26 || Array(" .:;_-/[]*".utf8).contains(byte) {
                result.append(byte)
            } else {
                result += [UInt8(ascii: "\\"), UInt8(ascii: "x"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: result + [0x22], as: UTF8.self)
    }
}
