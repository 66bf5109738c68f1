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

    /// A generation that listens on `kept` and `dropped`, and one on trial with `kept` and `added`.
    private func onTrial(_ descriptors: [Int32]) -> IncomingGeneration {
        var incoming = IncomingGeneration(ListeningTable())
        incoming.add(.begin, [])
        incoming.add(.listens(kept), [descriptors[0]])
        incoming.add(.listens(dropped), [descriptors[1]])
        incoming.closeUnused()
        incoming.add(.begin, [])
        incoming.add(.keeps(kept), [])
        incoming.add(.listens(added), [descriptors[2]])
        incoming.tryOut(generation: 2, number: 40)
        return incoming
    }

    @Test(arguments: [(true, [true, false, true]), (false, [true, true, false])])
    func `sockets of both stay open during a trial, and those of one after it`(isAdopted: Bool, open after: [Bool]) {
        let descriptors = [open(), open(), open()]
        var incoming = onTrial(descriptors)
        #expect(descriptors.allSatisfy(isOpen))
        #expect(incoming.trialEnded(generation: 1, isAdopted: isAdopted) == nil)
        #expect(incoming.trialEnded(generation: 2, isAdopted: isAdopted) == 40)
        #expect(descriptors.map(isOpen) == after)
        #expect(incoming.listening[dropped] == (isAdopted ? nil : [descriptors[1]]) && incoming.trial == nil)
        for (descriptor, isOpen) in zip(descriptors, after) where isOpen { close(descriptor) }
    }

    @Test func `a generation that replaces one on trial keeps what it names of both`() {
        let descriptors = [open(), open(), open()]
        var incoming = onTrial(descriptors)
        incoming.add(.begin, [])
        incoming.add(.keeps(kept), [])
        incoming.tryOut(generation: 3, number: 41)
        #expect(descriptors.map(isOpen) == [true, true, false])
        #expect(incoming.trialEnded(generation: 3, isAdopted: true) == 41)
        #expect(incoming.listening == [kept: [descriptors[0]]] && !isOpen(descriptors[1]))
        close(descriptors[0])
    }

    @Test func `a generation that fails to load leaves the trial as it is`() {
        let descriptors = [open(), open(), open()]
        var incoming = onTrial(descriptors)
        incoming.add(.begin, [])
        let failed = open()
        incoming.add(.listens(.unix("/failed")), [failed])
        incoming.abandon()
        #expect(!isOpen(failed) && descriptors.allSatisfy(isOpen))
        #expect(incoming.trialEnded(generation: 2, isAdopted: false) == 40)
        close(descriptors[0])
        close(descriptors[1])
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
