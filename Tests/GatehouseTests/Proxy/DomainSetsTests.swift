import GatehouseConfig
import GatehouseRuntime
import Testing

@testable import Gatehouse

@Suite struct DomainSetsTests {
    private static func contains(_ sets: DomainSets, _ name: String) -> Bool { sets.current[0].contains(Array(name.utf8).span) }

    @Test func `a list that changes is read again, and one that vanishes stays as it was`() throws {
        let directory = try TemporaryDirectory()
        try directory.write("list", "first.test\n")
        var settings = DomainSetSettings(name: "s", position: SourcePosition(file: "", line: 1, column: 1))
        settings.files = [directory.path("list")]
        let writer = try LogWriter()
        let log = ErrorLog([.init(.file(LogFiles(writer: writer).standardError), level: .emerg)])
        let sets = try DomainSets([settings], files: SystemFileSource(), log: log, key: 5)
        #expect(Self.contains(sets, "first.test") && !Self.contains(sets, "second.test"))
        try directory.write("list", "second.test and more\nsecond.test\n")
        sets.readChanged()
        #expect(!Self.contains(sets, "first.test") && Self.contains(sets, "second.test"))
        try directory.rename("list", to: "gone")
        sets.readChanged()
        #expect(Self.contains(sets, "second.test"))
    }

    @Test func `a list that is not there keeps the configuration from being used`() throws {
        var settings = DomainSetSettings(name: "s", position: SourcePosition(file: "", line: 1, column: 1))
        settings.files = ["/nonexistent/list"]
        let log = ErrorLog([])
        #expect(throws: AssemblyError.self) { try DomainSets([settings], files: SystemFileSource(), log: log, key: 5) }
    }
}
