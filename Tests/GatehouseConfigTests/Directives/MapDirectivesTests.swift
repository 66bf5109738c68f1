import GatehouseConfig
import GatehousePolicy
import GatehouseWire
import Testing

@Suite struct MapDirectivesTests {
    private func slot(_ configuration: String) throws -> VariableSlot {
        try #require(try http("\(configuration) server { }").slots.first { $0.name == "x" })
    }

    @Test func `a map finds texts in any case, then expressions, else its default`() throws {
        let slot = try slot("map $uri $x { volatile; default d; A a; ~^b(?<n>.) $n; '' e; \\default f; }")
        guard case .map(let map) = slot.source else {
            Issue.record("no map")
            return
        }
        func value(_ text: String) -> String {
            var captures: [Int] = []
            guard let match = map.table.find(Array(text.utf8).span, captures: &captures) else { return map.defaultValue.source }
            return map.values[match.value].source
        }
        #expect(["a", "A", "bx", "", "default", "z"].map(value) == ["a", "a", "$n", "e", "f", "d"])
        #expect(map.captureNames.map(\.count) == [1])
        #expect(slot.isVolatile)
    }

    @Test(arguments: [
        ("map $uri x { }", #"invalid variable name "x""#), ("map $uri $x { a; }", "invalid number of the map parameters"),
        ("map $uri $x { default a; default b; }", "duplicate default map parameter"),
        ("map $uri $x { a 1; A 2; }", #"conflicting parameter "A""#),
        ("map $uri $x { hostnames; a..b 1; }", #"invalid hostname or wildcard "a..b""#),
        ("map $uri $uri { }", #"the duplicate "uri" variable"#),
    ])
    func `a wrong map is refused`(configuration: String, message: String) {
        #expect(messages("\(configuration) server { }") == [message])
    }

    @Test func `geo finds the longest network, wherever the default stands`() throws {
        guard
            case .geo(let geo) = try slot(
                "geo $x { 10.0.0.0/8 a; 10.1.0.0/16 b; default d; delete 10.1.0.0/16; ::1/128 s; proxy 192.0.2.0/24; }"
            ).source
        else {
            Issue.record("no geo")
            return
        }
        func value(_ text: String) -> String? { geo.table.value(for: IPAddress(text)).map { GatehouseConfigTests.text(geo.values[$0]) } }
        #expect(["10.1.2.3", "10.9.9.9", "11.0.0.1", "::1"].map(value) == ["a", "a", "d", "s"])
        #expect(geo.proxies.count == 1)
    }

    @Test func `geo takes ranges`() throws {
        guard case .geo(let geo) = try slot("geo $remote_addr $x { ranges; 10.0.0.0-10.0.0.9 a; 10.0.0.5-10.0.0.5 b; }").source else {
            Issue.record("no geo")
            return
        }
        #expect(geo.table.value(for: IPAddress("10.0.0.5")).map { text(geo.values[$0]) } == "b")
        #expect(geo.table.value(for: IPAddress("10.0.1.0")) == nil)
    }

    @Test(arguments: [
        ("geo x { }", #"invalid variable name "x""#), ("geo $x { 10.0.0.0/40 a; }", #"invalid network "10.0.0.0/40""#),
        ("geo $x { ranges; 10.0.0.0/8 a; }", #"invalid range "10.0.0.0/8""#), ("geo $x { a b c; }", "invalid number of the geo parameters"),
        ("geo $x { 10.0.0.0/8 a; ranges; }", #"the "ranges" directive must be the first directive inside "geo" block"#),
    ])
    func `a wrong geo is refused`(configuration: String, message: String) {
        #expect(messages("\(configuration) server { }") == [message])
    }

    @Test func `split_clients takes shares of the whole`() throws {
        guard case .splitClients(let split) = try slot("split_clients $remote_addr $x { 0.5% a; 50% b; * '$c'; }").source else {
            Issue.record("no split")
            return
        }
        #expect(split.values.map { $0.constant.map(text) } == ["a", "b", "$c"])
        #expect(messages("split_clients $uri $x { 60% a; 50% b; } server { }") == ["percent total is greater than 100%"])
        #expect(messages("split_clients $uri $x { x a; } server { }") == [#"invalid percent value "x""#])
    }
}
