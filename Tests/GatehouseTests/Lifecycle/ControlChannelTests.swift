import Glibc
import Testing

@testable import Gatehouse

@Suite struct ControlChannelTests {
    @Test func `messages and descriptors arrive in order, also when the socket was full`() throws {
        let (own, other) = try ProcessSystem.openChannel()
        defer { close(other) }
        let channel = ControlChannel(descriptor: own)
        let part = [UInt8](repeating: 7, count: ControlMessage.partSize)
        for number in 0..<100 { channel.send(.file(path: "\(number)", part: part), passing: number == 50 ? STDERR_FILENO : nil) }
        channel.flush()
        #expect(channel.hasWaiting)
        var paths: [String] = []
        var descriptors = 0
        while paths.count < 100 {
            guard case .message(let bytes, let passed) = try ProcessSystem.receive(from: other, capacity: ControlMessage.largestSize) else {
                channel.flush()
                continue
            }
            if case .file(let path, part)? = ControlMessage(decoding: bytes) { paths.append(path) }
            descriptors += passed.count
            passed.forEach { close($0) }
        }
        #expect(paths == (0..<100).map(String.init) && descriptors == 1)
    }

    @Test func `the other side hears of the end`() throws {
        let (own, other) = try ProcessSystem.openChannel()
        defer { close(other) }
        do { _ = ControlChannel(descriptor: own) }
        guard case .end = try ProcessSystem.receive(from: other, capacity: 16) else {
            Issue.record("no end of the channel")
            return
        }
    }
}
