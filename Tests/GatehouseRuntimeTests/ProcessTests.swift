import GatehouseWire
import Glibc
import Testing

@testable import GatehouseRuntime

@Suite struct ProcessTests {
    @Test func `signals come as a sequence, which ends with its task`() async throws {
        let signal = Signal(rawValue: SIGURG)
        Signal.block([signal])
        try await onLoop { loop in
            await withTaskGroup(of: Void.self) { group in
                group.addTask(executorPreference: loop) {
                    await #expect(throws: Never.self) {
                        var signals = try SignalSequence([signal], on: loop).makeAsyncIterator()
                        // To this thread, which blocks it: to the process, it might reach a thread of the test runner.
                        pthread_kill(pthread_self(), signal.rawValue)
                        #expect(await signals.next() == signal)
                        #expect(await signals.next() == nil)
                    }
                }
                try? await loop.sleep(until: .now + .milliseconds(2))
                group.cancelAll()
            }
        }
    }

    @Test func `descriptors travel between processes with their message`() throws {
        let pair = try DescriptorChannel.makePair()
        let listening = try ListeningSocket.bind(to: .ip(loopback, port: 0))
        try pair.parent.send(Array("listen".utf8), descriptors: [listening.descriptor])
        let (message, descriptors) = try pair.child.receive()
        #expect(message == Array("listen".utf8))
        #expect(SocketAddress.local(of: descriptors[0]) == listening.address)
        for descriptor in descriptors + [listening.descriptor] { Descriptor(adopting: descriptor).close() }
    }

    @Test func `errors read as the system's own words`() {
        #expect(SystemError(code: ENOENT, operation: "open").description == "open() failed (2: No such file or directory)")
    }

    @Test func `an unknown user is an error`() {
        #expect(throws: SystemError(code: ENOENT, operation: "getpwnam")) { try Credentials(user: "no-such-user") }
    }

    @Test(arguments: [
        (SocketAddress.ip(.v4(0x7f00_0001), port: 80), "127.0.0.1:80"),
        (.ip(.v6(0, 1), port: 443), "[::1]:443"),
        (.unix(path: "/run/a.sock"), "unix:/run/a.sock"),
        (.unix(path: "\0name"), "unix:@name"),
    ])
    func `addresses read as in a configuration`(address: SocketAddress, text: String) {
        #expect(address.description == text)
    }
}
