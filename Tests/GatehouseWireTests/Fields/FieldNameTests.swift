import Testing

@testable import GatehouseWire

@Suite struct FieldNameTests {
    @Test(arguments: FieldName.allCases) func `every name is found in any letter case, and nothing like it`(_ name: FieldName) {
        #expect(FieldName(name.canonical) == name)
        #expect(FieldName(name.lowercase) == name)
        #expect(FieldName(name.canonical.uppercased()) == name)
        #expect(Array(name.lowercaseBytes) == Array(name.lowercase.utf8))
        #expect(FieldName(name.canonical + "x") == nil)
        for i in name.lowercase.indices {
            var near = name.lowercase
            near.replaceSubrange(i...i, with: "!")
            #expect(FieldName(near) == nil)
        }
    }

    @Test(arguments: ["", "x", "X-Custom", "Hosts", "x-forwarded-zzz", String(repeating: "a", count: 300)])
    func `other names are not known`(_ name: String) {
        #expect(FieldName(name) == nil)
    }
}
