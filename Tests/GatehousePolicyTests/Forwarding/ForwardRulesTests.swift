import GatehousePattern
import GatehousePolicy
import GatehouseWire
import Testing

@Suite struct ForwardRulesTests {
    private static func query(_ host: String = "example.com", port: Int = 443, method: String = "CONNECT") -> ForwardQuery {
        ForwardQuery(
            destination: ForwardDestination(host: Array(host.utf8), port: port, isTunnel: method == "CONNECT"), method: Array(method.utf8))
    }

    private static func decide(_ test: ForwardCondition.Test, _ query: ForwardQuery, isNegated: Bool = false) -> Bool {
        var rules = ForwardRules()
        rules.rules = [ForwardRule(.deny, [ForwardCondition(test, isNegated: isNegated)])]
        return rules.decide(query, sets: []) == .decided(.deny, rule: 0)
    }

    @Test func `the first rule that holds decides, and without any the request is allowed`() {
        var rules = ForwardRules()
        #expect(rules.decide(Self.query(), sets: []) == .decided(.allow, rule: nil))
        rules.rules = [
            ForwardRule(.deny, [ForwardCondition(.port(PortSet([80...80])))]), ForwardRule(.redirect, []), ForwardRule(.deny, []),
        ]
        #expect(rules.decide(Self.query(), sets: []) == .decided(.redirect, rule: 1))
        #expect(rules.decide(Self.query(port: 80), sets: []) == .decided(.deny, rule: 0))
    }

    @Test func `all conditions have to hold`() {
        var rules = ForwardRules()
        let conditions = [ForwardCondition(.port(PortSet([443...443]))), ForwardCondition(.method([Array("GET".utf8)]), isNegated: true)]
        rules.rules = [ForwardRule(.deny, conditions)]
        #expect(rules.decide(Self.query(), sets: []) == .decided(.deny, rule: 0))
        #expect(rules.decide(Self.query(method: "GET"), sets: []) == .decided(.allow, rule: nil))
    }

    @Test func `conditions look at user, client and URL where they are known`() throws {
        var query = Self.query()
        let ann = ForwardCondition.Test.user([Array("ann".utf8)])
        let net = ForwardCondition.Test.client([try #require(CIDR("10.0.0.0/8"))])
        let url = ForwardCondition.Test.url(try Pattern("/private"))
        for test in [ann, net, url] {
            #expect(!Self.decide(test, query))
            #expect(Self.decide(test, query, isNegated: true))
        }
        query.user = Array("ann".utf8)
        query.client = IPAddress("10.1.1.1")
        query.url = Array("http://a/private/x".utf8)
        for test in [ann, net, url] { #expect(Self.decide(test, query)) }
    }

    @Test(arguments: [
        ("example.com", true), ("www.example.com", true), ("notexample.com", false), ("com", false), ("exact.org", true),
        ("a.exact.org", false), ("x7.net", true), ("in.set", true), ("below.net", false), ("a.below.net", true),
    ])
    func `names are compared whole, by suffix, pattern and set`(host: String, holds: Bool) throws {
        var test = DomainTest()
        test.suffixes = [Array("example.com".utf8), Array(".below.net".utf8)]
        test.names = [Array("exact.org".utf8)]
        test.patterns = [try Pattern("^x[0-9]")]
        test.sets = [0, 5]
        var builder = DomainSetBuilder(key: 1)
        builder.add(Array("set".utf8), .below)
        var rules = ForwardRules()
        rules.rules = [ForwardRule(.deny, [ForwardCondition(.domain(test))])]
        #expect((rules.decide(Self.query(host), sets: [builder.build()]) == .decided(.deny, rule: 0)) == holds)
    }

    @Test func `an address is looked up only where a rule that could hold asks for it`() throws {
        let inside = ForwardCondition(.address([try #require(CIDR("192.0.2.0/24"))]))
        var rules = ForwardRules()
        rules.rules = [
            ForwardRule(.allow, [ForwardCondition(.port(PortSet([80...80])))]),
            ForwardRule(.deny, [inside, ForwardCondition(.method([Array("CONNECT".utf8)]))]),
        ]
        #expect(rules.decide(Self.query(port: 80), sets: []) == .decided(.allow, rule: 0))
        #expect(rules.decide(Self.query(method: "GET"), sets: []) == .decided(.allow, rule: nil))
        #expect(rules.decide(Self.query(), sets: []) == .needsAddress)
        #expect(rules.decide(Self.query(), address: IPAddress("192.0.2.1"), sets: []) == .decided(.deny, rule: 1))
        #expect(rules.decide(Self.query(), address: IPAddress("1.1.1.1"), sets: []) == .decided(.allow, rule: nil))
    }

    @Test(arguments: [
        ("mon-fri,08:00-18:00", 1, 8 * 60, true), ("mon-fri,08:00-18:00", 5, 18 * 60, false), ("mon-fri,08:00-18:00", 0, 600, false),
        ("sat,sun", 6, 0, true), ("fri-mon", 0, 5, true), ("fri-mon", 3, 5, false), ("22:00-06:00", 2, 23 * 60, true),
        ("22:00-06:00", 2, 5 * 60, true), ("22:00-06:00", 2, 12 * 60, false), ("00:00-24:00", 2, 1439, true),
    ])
    func `times are days and hours`(text: String, day: Int, minute: Int, isIn: Bool) throws {
        #expect(try #require(WeekTimes(text)).contains(day: day, minute: minute) == isIn)
    }

    @Test(arguments: ["", "monday", "8:00-9:00", "08:00", "25:00-26:00", "mon-", "08:60-09:00", "mon,,tue", "-"])
    func `other times are refused`(text: String) { #expect(WeekTimes(text) == nil) }
}
