import GatehouseWire
import Glibc
import Testing

@testable import GatehouseRuntime

@Suite struct AcceptTests {
    @Test func `a shortage of descriptors lengthens the pause up to a limit below 100 ms, and a success forgets it`() {
        var machine = AcceptMachine()
        let pauses = (0..<5).map { _ in machine.failed(EMFILE) }
        #expect(pauses == [10, 20, 40, 80, 80].map { .backOff(.milliseconds($0)) })
        #expect(machine.accepted() == .deliver)
        #expect(machine.failed(ENFILE) == .backOff(.milliseconds(10)))
    }

    @Test(arguments: [ECONNABORTED, EINTR, EPROTO])
    func `a client that gave up is no reason to stop`(code: Int32) {
        var machine = AcceptMachine()
        #expect(machine.failed(code) == .tryAgain)
        #expect(machine.failed(EAGAIN) == .wait)
        #expect(machine.failed(EBADF) == .fail(EBADF))
    }

    @Test func `cancelling the task ends the sequence`() async throws {
        try await onLoop { loop in
            let listening = try ListeningSocket.bind(to: .ip(loopback, port: 0))
            defer { listening.close() }
            await withTaskGroup(of: Void.self) { group in
                group.addTask(executorPreference: loop) {
                    await #expect(throws: Never.self) {
                        for try await _ in AcceptSequence(listening, on: loop) { Issue.record("nobody connects") }
                    }
                }
                await Task.yield()
                group.cancelAll()
            }
        }
    }

    @Test func `every connection is handed over until the sequence is stopped`() async throws {
        try await onLoop { loop in
            let listening = try ListeningSocket.bind(to: .ip(loopback, port: 0))
            defer { listening.close() }
            let sequence = AcceptSequence(listening, on: loop)
            let first = try await Socket.connect(to: listening.address, on: loop, deadline: loop.never)
            let second = try await Socket.connect(to: listening.address, on: loop, deadline: loop.never)
            var clients: [SocketAddress] = []
            try await sequence.forEach { accepted in
                clients.append(accepted.remoteAddress)
                if clients.count == 2 { sequence.stop() }
            }
            #expect(clients == [first.localAddress, second.localAddress])
        }
    }

    @Test func `a paused sequence leaves clients in the backlog until it is resumed`() async throws {
        try await onLoop { loop in
            let listening = try ListeningSocket.bind(to: .ip(loopback, port: 0))
            defer { listening.close() }
            let sequence = AcceptSequence(listening, on: loop)
            sequence.pause()
            let client = try await Socket.connect(to: listening.address, on: loop, deadline: loop.never)
            let resumed = LoopConfined(Box(false))
            let control = LoopConfined(sequence)
            _ = loop.schedule(at: .now + .milliseconds(3)) {
                resumed.value.content = true
                control.value.resume()
            }
            var iterator = sequence.makeAsyncIterator()
            #expect(try await iterator.next()?.remoteAddress == client.localAddress)
            #expect(resumed.value.content)
        }
    }

    @Test func `running out of descriptors gives the reserve away and recovers by itself`() async throws {
        try await onLoop { loop in
            let listening = try ListeningSocket.bind(to: .ip(loopback, port: 0))
            defer { listening.close() }
            let reserve = DescriptorReserve(count: 2)
            let (failures, reports) = (LoopConfined(Box(2)), LoopConfined(Box(0)))
            let source = AcceptSource(
                descriptor: listening.descriptor, loop: loop, reserve: reserve, onExhaustion: { _ in reports.value.content += 1 }
            ) { descriptor in
                failures.value.content -= 1
                return failures.value.content >= 0 ? (-EMFILE, nil) : AcceptSource.systemAccept(descriptor)
            }
            let client = try await Socket.connect(to: listening.address, on: loop, deadline: loop.never)
            let begin = MonotonicInstant.now
            var iterator = AcceptSequence(source, on: loop).makeAsyncIterator()
            #expect(try await iterator.next()?.remoteAddress == client.localAddress)
            #expect(reports.value.content == 2)
            #expect(MonotonicInstant.now - begin < .milliseconds(500))
        }
    }

    @Test func `two loops share one listening socket`() async throws {
        let listening = try ListeningSocket.bind(to: .ip(loopback, port: 0))
        defer { listening.close() }
        let loops = try (0..<2).map { try EventLoop.start(name: "test", index: $0) }
        let accepted = Lock(0)
        await withTaskGroup(of: Void.self) { group in
            for loop in loops {
                group.addTask(executorPreference: loop) {
                    await #expect(throws: Never.self) {
                        for try await _ in AcceptSequence(listening, on: loop) { accepted.withLock { $0 += 1 } }
                    }
                }
            }
            group.addTask(executorPreference: loops[0]) {
                await #expect(throws: Never.self) {
                    for _ in 0..<50 {
                        let client = try await Socket.connect(to: listening.address, on: loops[0], deadline: loops[0].never)
                        // The end of the connection says that it was accepted, and let go of.
                        _ = try? await client.receive(into: .init(), limit: 1, deadline: loops[0].never)
                    }
                }
            }
            // A connection is let go of before it is counted.
            while accepted.withLock({ $0 }) < 50 { await Task.yield() }
            group.cancelAll()
        }
        accepted.withLock { #expect($0 == 50) }
        for loop in loops {
            loop.stop()
            loop.join()
        }
    }
}
