import GatehouseConfig
import GatehouseRuntime
import Testing

@testable import Gatehouse

@Suite struct FileSnapshotTests {
    private func original() -> FileSnapshot {
        var files = FileSnapshot()
        files.files = ["/a.conf": Array("a".utf8), "/b.conf": Array("b".utf8)]
        files.globs = ["/*.conf": ["/a.conf", "/b.conf"]]
        return files
    }

    @Test func `a recording holds what was read, matched and missed, and nothing else`() throws {
        let recording = RecordingFileSource(original())
        _ = try recording.read("/a.conf")
        _ = recording.glob("/*.conf")
        _ = try? recording.read("/c.conf")
        let snapshot = recording.snapshot
        #expect(snapshot.files == ["/a.conf": Array("a".utf8)])
        #expect(snapshot.globs == ["/*.conf": ["/a.conf", "/b.conf"]])
        #expect(snapshot.failures == ["/c.conf": "2: No such file or directory"])
    }

    @Test func `a file is read once, so that all see the same contents`() throws {
        let recording = RecordingFileSource(Pipe())
        let first = try recording.read("/a.key")
        #expect(try recording.read("/a.key") == first)
    }

    @Test func `a snapshot answers as the source did`() throws {
        let recording = RecordingFileSource(original())
        _ = try recording.read("/b.conf")
        #expect(try recording.snapshot.read("/b.conf") == Array("b".utf8))
        #expect(throws: FileSourceError(reason: "2: No such file or directory")) { try recording.snapshot.read("/a.conf") }
    }
}

/// A file that gives its contents to the first reader only.
private final class Pipe: FileSource {
    private let isRead = Lock(false)

    func read(_ path: String) throws(FileSourceError) -> [UInt8] {
        let wasRead = isRead.withLock { isRead in
            defer { isRead = true }
            return isRead
        }
        if wasRead { throw FileSourceError(reason: "read twice") }
        return [1]
    }

    func glob(_ pattern: String) -> [String] { [] }
}
