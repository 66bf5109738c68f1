import GatehousePattern
import GatehousePolicy
import GatehouseWire
import Testing

@Suite struct ServerNamesTests {
    static let names: ServerNames<String> = {
        var names = ServerNames(default: "default")
        for name in [
            "example.org", "*.example.org", "*.deep.example.org", "www.example.*", "www.*", ".both.net", "", "www.example.org",
        ] {
            _ = names.add(name, name)
        }
        for source in [#"^host\.local$"#, #"(?<site>\w+)\.local$"#] {
            if let pattern = try? Pattern(source) { names.add(pattern, source) }
        }
        return names
    }()

    @Test(arguments: [
        ("example.org", "example.org"), ("EXAMPLE.ORG", "example.org"),
        ("www.example.org", "www.example.org"), ("a.example.org", "*.example.org"), ("a.b.example.org", "*.example.org"),
        ("x.deep.example.org", "*.deep.example.org"), ("deep.example.org", "*.example.org"),
        ("www.example.com", "www.example.*"), ("www.else.com", "www.*"), ("www.com", "www.*"),
        ("both.net", ".both.net"), ("a.both.net", ".both.net"), ("aboth.net", "default"),
        ("", ""), ("other", "default"), ("host.local", #"^host\.local$"#), ("x.local", #"(?<site>\w+)\.local$"#),
    ])
    func `names are found in nginx's order of precedence`(host: String, expected: String) {
        var captures: [Int] = []
        let match = Self.names.find(Array(host.utf8).span, captures: &captures)
        #expect(match.value == expected)
        #expect(match.isDefault == (expected == "default"))
    }

    @Test func `captures belong to the expression that matched`() {
        var captures: [Int] = []
        let match = Self.names.find(Array("x.local".utf8).span, captures: &captures)
        #expect(match.pattern.map { Self.names.pattern($0).captureNames.map(\.name) } == ["site"])
        #expect(captures == [0, 7, 0, 1])
    }

    @Test(arguments: ["a.com", "*.a.com", "a.*", ".b.com"])
    func `a name that is taken stays with its first server`(name: String) {
        var names = ServerNames(default: 0)
        let additions = [names.add(name, 1), names.add(name, 2)]
        #expect(additions == [true, false])
    }

    @Test(arguments: ["a.*.com", "*", "a*.com"])
    func `a star stands only for whole labels at an end`(name: String) {
        var names = ServerNames(default: 0)
        let isAdded = names.add(name, 1)
        #expect(!isAdded)
    }

    @Test func `many names are all found`() {
        var names = ServerNames(default: -1)
        for index in 0..<2000 { _ = names.add("host\(index).example", index) }
        var captures: [Int] = []
        for index in 0..<2000 { #expect(names.find(Array("host\(index).example".utf8).span, captures: &captures).value == index) }
    }
}
