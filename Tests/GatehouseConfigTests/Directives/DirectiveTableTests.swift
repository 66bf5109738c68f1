import GatehouseConfig
import Testing

@Suite struct DirectiveTableTests {
    @Test func `no directive has two meanings in one place`() {
        for name in DirectiveTable.names {
            var seen: DirectiveContexts = []
            for row in DirectiveTable.rows(named: name) {
                #expect(seen.isDisjoint(with: row.contexts), "\(name)")
                seen.formUnion(row.contexts)
            }
        }
    }

    @Test func `the reference names every directive`() {
        let text = DirectiveReference.markdown()
        for name in DirectiveTable.names { #expect(text.contains("| `\(name)` |")) }
    }

    /// `gatehouse --list-directives > Documentation/Directives.md` makes it anew.
    @Test func `the reference page says what the rows say`() throws {
        let root = #filePath.split(separator: "/").dropLast(4).map { "/" + $0 }.joined()
        let page = try SystemFileSource().read(root + "/Documentation/Directives.md")
        // A Bool: the two pages themselves would fill the report.
        let isCurrent = Array(DirectiveReference.markdown().utf8) == page
        #expect(isCurrent, "stale: .build/debug/gatehouse --list-directives > Documentation/Directives.md")
    }

    @Test func `every directive has a line of documentation`() {
        for row in DirectiveTable.modules.flatMap(\.rows) { #expect(row.summary.hasSuffix("."), "\(row.name)") }
    }
}
