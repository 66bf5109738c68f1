import GatehouseConfig
import GatehouseRuntime
import Testing

@testable import Gatehouse

@Suite struct LineStoreTests {
    private let directory: TemporaryDirectory
    private let thread = BlockingPool(threadLimit: 1, queueLimit: 16)

    init() throws { directory = try TemporaryDirectory() }

    private func store(_ content: String = "") throws -> LineStore {
        let file = StateFile(path: directory.path("u.state"), method: .roundRobin, thread: thread)
        return LineStore(try StateText.read(Array(content.utf8), file: "u.state", method: .roundRobin), file: file)
    }

    private var content: String { directory.read("u.state") }

    @Test func `a change is in the file before it counts`() async throws {
        let store = try store()
        let changes = try await store.edit { lines throws(ControlFailure) in try lines.add(["127.0.0.1:1"], method: .roundRobin) }
        #expect(changes == [.added(0)])
        #expect(content == "server 127.0.0.1:1;\n")
        _ = try await store.edit { lines throws(ControlFailure) in try lines.remove("127.0.0.1:1") }
        #expect(content == "")
        #expect(!directory.has("u.state.new"))
    }

    @Test func `what the file cannot take is not done`() async throws {
        let file = StateFile(path: directory.path("missing/u.state"), method: .roundRobin, thread: thread)
        let store = LineStore([], file: file)
        await #expect(throws: ControlFailure.self) {
            try await store.edit { lines throws(ControlFailure) in try lines.add(["127.0.0.1:1"], method: .roundRobin) }
        }
        #expect(store.lines.all.isEmpty)
    }

    @Test func `changes of another process are caught up with, once`() async throws {
        let store = try store("server 127.0.0.1:1; server 127.0.0.1:2;")
        try directory.write("u.state", "server 127.0.0.1:2;\nserver 127.0.0.1:3;\n")
        #expect(try await store.catchUp() == [.removed(0), .added(2)])
        try directory.write("u.state", "server 127.0.0.1:9;\n")
        #expect(try await store.catchUp() == [])
        #expect(store.lines.all.map(\.settings.name) == ["127.0.0.1:2", "127.0.0.1:3"])
    }

    @Test func `a command that comes first catches up as well`() async throws {
        let store = try store("server 127.0.0.1:1;")
        try directory.write("u.state", "server 127.0.0.1:1;\nserver 127.0.0.1:2;\n")
        let changes = try await store.edit { lines throws(ControlFailure) in try lines.add(["127.0.0.1:3"], method: .roundRobin) }
        #expect(changes == [.added(1), .added(2)])
        #expect(content == "server 127.0.0.1:1;\nserver 127.0.0.1:2;\nserver 127.0.0.1:3;\n")
    }

    @Test func `a file that cannot be understood changes nothing, and is not written over`() async throws {
        let store = try store("server 127.0.0.1:1;")
        try directory.write("u.state", "nonsense")
        await #expect(throws: ControlFailure.self) { try await store.catchUp() }
        await #expect(throws: ControlFailure.self) {
            try await store.edit { lines throws(ControlFailure) in try lines.remove("127.0.0.1:1") }
        }
        #expect(content == "nonsense")
        #expect(store.lines.all.count == 1)
    }

    @Test func `generations share the lines of a file`() throws {
        let files = StateFiles()
        let first = try files.store("/a", method: .roundRobin) { [] }
        #expect(try files.store("/a", method: .roundRobin) { () throws(AssemblyError) in throw AssemblyError("read again") } === first)
        #expect(try files.store("/b", method: .roundRobin) { [] } !== first)
    }
}
