import GatehousePattern
import GatehousePolicy
import GatehouseWire
import Testing

@Suite struct ProxyAutoConfigurationTests {
    private static func script(_ rules: [ForwardRule], guarded: Bool = true, opened: [CIDR] = [], client: String = "10.0.0.7") -> String {
        let made = ProxyAutoConfiguration(
            rules: rules, destinationGuard: DestinationGuard(isOn: guarded, opened: opened), client: IPAddress(client)
        ) { $0 == 0 ? [Array("in.test".utf8)] : nil }
        return String(decoding: made.script(route: Array("PROXY p:1".utf8)), as: UTF8.self)
    }

    /// The lines of the rules.
    private static func clauses(_ rules: [ForwardRule]) -> [String] {
        script(rules, guarded: false).split(separator: "\n").map(String.init).filter { $0.hasPrefix("    if ") }
    }

    private static func domain(_ change: (inout DomainTest) -> Void) -> ForwardCondition {
        var test = DomainTest()
        change(&test)
        return ForwardCondition(.domain(test))
    }

    private static let intra = domain { $0.suffixes = [Array("intra.test".utf8)] }

    @Test func `without rules everything goes to the proxy but what the guard refuses for certain`() {
        #expect(Self.clauses([]).isEmpty)
        let text = Self.script([])
        #expect(
            text.contains("if (isInside(host)) return \"DIRECT\";")
                && text.contains("if (isPlainHostName(host) && host.indexOf(\":\") < 0) return \"DIRECT\";"))
        #expect(!Self.script([], guarded: false).contains("DIRECT"))
    }

    @Test func `rules keep their order, and what follows the last bypass is the proxy anyway`() {
        let deny = ForwardRule(.deny, [Self.domain { $0.names = [Array("no.test".utf8)] }])
        let rules = [deny, ForwardRule(.bypass, [Self.intra]), deny, ForwardRule(.allow, [])]
        #expect(
            Self.clauses(rules) == [
                "    if ((host === \"no.test\")) return proxy;", "    if ((isBelow(host, \"intra.test\"))) return \"DIRECT\";",
            ])
    }

    @Test(arguments: [
        (ForwardCondition.Test.port(PortSet([8080...8080])), "port == 8080"),
        (.port(PortSet([80...80, 8000...8999])), "(port == 80) || (port >= 8000 && port <= 8999)"),
        (.client([CIDR("10.0.0.0/8")!]), "true"), (.client([CIDR("192.0.2.0/24")!]), "false"),
        (.time(WeekTimes("mon,08:00-18:00")!), "(day == 1) && (minute >= 480 && minute < 1080)"),
        (.time(WeekTimes("22:00-06:00")!), "(minute >= 1320 || minute < 360)"),
    ])
    func `conditions that a browser can judge are written out`(test: ForwardCondition.Test, text: String) {
        #expect(Self.clauses([ForwardRule(.bypass, [ForwardCondition(test)])]) == ["    if ((\(text))) return \"DIRECT\";"])
        #expect(
            Self.clauses([ForwardRule(.bypass, [ForwardCondition(test, isNegated: true)])]) == ["    if (!(\(text))) return \"DIRECT\";"])
    }

    @Test func `domains below a name only, and sets of known names`() {
        let below = Self.domain { $0.suffixes = [Array(".intra.test".utf8)] }
        let known = Self.domain { $0.sets = [0] }
        #expect(
            Self.clauses([ForwardRule(.bypass, [below])]) == [
                "    if ((isBelow(host, \"intra.test\") && host !== \"intra.test\")) return \"DIRECT\";"
            ])
        #expect(Self.clauses([ForwardRule(.bypass, [known])]) == ["    if ((isBelow(host, \"in.test\"))) return \"DIRECT\";"])
    }

    @Test func `what only the proxy can judge is left to it`() throws {
        let pattern = try Pattern("x")
        let unknown: [ForwardCondition] = [
            ForwardCondition(.user([Array("ann".utf8)])), ForwardCondition(.method([Array("GET".utf8)])), ForwardCondition(.url(pattern)),
            ForwardCondition(.address([CIDR("10.0.0.0/8")!])), Self.domain { $0.patterns = [pattern] }, Self.domain { $0.sets = [1] },
        ]
        for condition in unknown {
            for action in [ForwardRule.Action.bypass, .deny] {
                let rules = [ForwardRule(action, [condition, Self.intra]), ForwardRule(.bypass, [Self.intra])]
                #expect(Self.clauses(rules) == ["    if ((isBelow(host, \"intra.test\"))) return \"DIRECT\";"])
            }
        }
    }

    @Test func `no name can end its string`() {
        let hostile = Self.domain { $0.names = [Array("a\"; return \"DIRECT\" //\n</script>\u{2028}".utf8)] }
        let clause = Self.clauses([ForwardRule(.bypass, [hostile])])
        #expect(
            clause == [
                "    if ((host === \"a\\x22; return \\x22DIRECT\\x22 //\\x0a\\x3c/script\\x3e\\xe2\\x80\\xa8\")) return \"DIRECT\";"
            ])
    }
}
