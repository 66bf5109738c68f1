import GatehousePattern
import GatehousePolicy
import GatehouseWire
import Testing

@Suite struct ExactAndWildcardMapTests {
    func map(_ usesHostnames: Bool, _ names: [String], patterns: [String] = []) -> ExactAndWildcardMap {
        var map = ExactAndWildcardMap(usesHostnames: usesHostnames)
        for (place, name) in names.enumerated() { _ = map.add(name, value: place) }
        for (place, source) in patterns.enumerated() {
            if let pattern = try? Pattern(source) { map.add(pattern, value: 100 + place) }
        }
        return map
    }

    @Test(
        arguments: [
            (false, "abc", 0), (false, "ABC", 0), (false, "*.org", 1), (false, "a.org", nil), (false, "", nil), (false, "xabcx", nil),
            (false, "a7z", 100), (false, "a7", 101), (true, "www.org", 1), (true, "www.org.", 1), (true, "abc.", 0), (true, ".", nil),
        ] as [(Bool, String, Int?)])
    func `a text maps by exact text, wildcard, then expression`(usesHostnames: Bool, text: String, expected: Int?) {
        let map = map(usesHostnames, ["abc", "*.org"], patterns: ["7z$", "7"])
        var captures: [Int] = []
        #expect(map.find(Array(text.utf8).span, captures: &captures)?.value == expected)
    }

    @Test func `the empty text is a text`() {
        var captures: [Int] = []
        #expect(map(false, ["a", ""]).find([UInt8]().span, captures: &captures)?.value == 1)
        #expect(map(true, ["a", ""]).find([UInt8]().span, captures: &captures)?.value == 1)
    }

    @Test func `an expression gives its captures`() {
        var captures: [Int] = []
        let match = map(false, [], patterns: ["x", "b$"]).find(Array("aab".utf8).span, captures: &captures)
        #expect(match?.pattern == 1)
        #expect(captures.prefix(2) == [2, 3])
    }

    @Test func `a text twice is refused`() {
        var map = ExactAndWildcardMap()
        let additions = [map.add("a", value: 1), map.add("A", value: 2)]
        #expect(additions == [true, false])
    }
}
