import GatehouseConfig
import Glibc
import Testing

@testable import Gatehouse

@Suite struct IncomingGenerationTests {
    private let kept = ListenAddress.unix("/kept")
    private let dropped = ListenAddress.unix("/dropped")
    private let added = ListenAddress.unix("/added")

    private func open() -> Int32 { dup(STDERR_FILENO) }
    private func isOpen(_ descriptor: Int32) -> Bool { fcntl(descriptor, F_GETFD) != -1 }

    @Test func `parts of a file come together`() {
        var incoming = IncomingGeneration(ListeningTable())
        for message: ControlMessage in [
            .begin, .file(path: "/a", part: [1, 2]), .file(path: "/a", part: [3]), .failedFile(path: "/b", reason: "x"),
            .glob(pattern: "*", paths: ["/a"]),
        ] { incoming.add(message, []) }
        #expect(incoming.snapshot.files == ["/a": [1, 2, 3]])
        #expect(incoming.snapshot.failures == ["/b": "x"] && incoming.snapshot.globs == ["*": ["/a"]])
    }

    @Test func `sockets are kept, added and closed as the parent says`() {
        let descriptors = [open(), open(), open()]
        defer { [descriptors[0], descriptors[2]].forEach { close($0) } }
        var incoming = IncomingGeneration(ListeningTable())
        incoming.add(.begin, [])
        incoming.add(.listens(kept), [descriptors[0]])
        incoming.add(.listens(dropped), [descriptors[1]])
        incoming.closeUnused()
        incoming.add(.begin, [])
        incoming.add(.keeps(kept), [])
        incoming.add(.listens(added), [descriptors[2]])
        #expect(incoming.listening == [kept: [descriptors[0]], added: [descriptors[2]]])
        #expect(isOpen(descriptors[1]))
        incoming.closeUnused()
        #expect(!isOpen(descriptors[1]) && isOpen(descriptors[0]) && isOpen(descriptors[2]))
    }

    @Test func `a generation that was never completed leaves no sockets behind in the next`() {
        var incoming = IncomingGeneration(ListeningTable())
        incoming.add(.begin, [])
        incoming.add(.listens(kept), [open()])
        incoming.closeUnused()
        let before = incoming.listening
        incoming.add(.begin, [])
        incoming.add(.listens(added), [open()])
        incoming.abandon()
        #expect(incoming.listening == before)
        incoming.add(.begin, [])
        incoming.closeUnused()
    }
}
