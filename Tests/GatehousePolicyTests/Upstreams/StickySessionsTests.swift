import GatehousePolicy
import GatehouseWire
import Testing

@Suite struct StickySessionsTests {
    private let start = MonotonicInstant.origin

    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    private func sessions(_ names: String..., capacity: Int = 3) -> StickySessions {
        var sessions = StickySessions(capacity: capacity, timeout: .seconds(10))
        for (second, name) in names.enumerated() {
            sessions.used(bytes(name), on: bytes("at-" + name), isNew: true, now: start + .seconds(second))
        }
        return sessions
    }

    @Test func `a session leads to the server that answered last`() {
        var sessions = sessions("a", "b")
        #expect(sessions.server(of: bytes("a"), now: start) == bytes("at-a"))
        sessions.used(bytes("a"), on: bytes("elsewhere"), isNew: false, now: start)
        #expect(sessions.server(of: bytes("a"), now: start) == bytes("elsewhere"))
        #expect(sessions.server(of: bytes("c"), now: start) == nil)
    }

    @Test func `only an answer that opens a session is remembered`() {
        var sessions = sessions()
        sessions.used(bytes("a"), on: bytes("s"), isNew: false, now: start)
        #expect(sessions.count == 0)
    }

    @Test func `what is not used is forgotten, and use renews`() {
        var sessions = sessions("a", "b")
        sessions.used(bytes("a"), on: bytes("s"), isNew: false, now: start + .seconds(8))
        let later = start + .seconds(12)
        #expect(sessions.server(of: bytes("a"), now: later) != nil && sessions.server(of: bytes("b"), now: later) == nil)
        sessions.expire(now: later)
        #expect(sessions.count == 1)
        sessions.expire(now: start + .seconds(19))
        #expect(sessions.count == 0)
    }

    @Test func `when it is full the one unused for longest makes room`() {
        var sessions = sessions("a", "b", "c")
        sessions.used(bytes("a"), on: bytes("s"), isNew: false, now: start + .seconds(3))
        let madeRoom = sessions.used(bytes("d"), on: bytes("s"), isNew: true, now: start + .seconds(4))
        #expect(madeRoom)
        #expect(sessions.count == 3 && sessions.server(of: bytes("b"), now: start + .seconds(4)) == nil)
        #expect(sessions.server(of: bytes("a"), now: start + .seconds(4)) != nil)
    }

    @Test func `a smaller zone keeps the youngest`() {
        var sessions = sessions("a", "b", "c")
        sessions.resize(capacity: 1)
        #expect(sessions.count == 1 && sessions.server(of: bytes("c"), now: start + .seconds(3)) == bytes("at-c"))
    }

    @Test func `a megabyte remembers some eight thousand`() {
        #expect(StickySessions.capacity(ofZone: 1 << 20) == 8192)
    }

    /// A slow model: a list in the order of use.
    @Test(arguments: 1...20)
    func `it does what a list would do`(seed: Int) {
        var dice = SeededGenerator(seed: UInt64(seed))
        var sessions = StickySessions(capacity: 5, timeout: .seconds(10))
        var model: [(name: [UInt8], server: [UInt8], at: MonotonicInstant)] = []
        var now = start
        for _ in 0..<400 {
            now += .milliseconds(Int.random(in: 0...4000, using: &dice))
            let (name, server) = ([UInt8.random(in: 0...9, using: &dice)], [UInt8.random(in: 0...3, using: &dice)])
            model.removeAll { now - $0.at > .seconds(10) }
            let known = model.firstIndex { $0.name == name }
            #expect(sessions.server(of: name, now: now) == known.map { model[$0].server })
            let isNew = Bool.random(using: &dice)
            if let known { model.remove(at: known) }
            if known != nil || isNew { model.append((name, server, now)) }
            if model.count > 5 { model.removeFirst() }
            sessions.used(name, on: server, isNew: isNew, now: now)
            #expect(sessions.count == model.count, "seed \(seed)")
        }
    }
}
