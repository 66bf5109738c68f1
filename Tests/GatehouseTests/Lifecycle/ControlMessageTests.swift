import GatehouseConfig
import GatehouseWire
import Testing

@testable import Gatehouse

@Suite struct ControlMessageTests {
    static let samples: [ControlMessage] = [
        .begin, .commit(number: 7), .reopened, .trialEnded(number: 7, isAdopted: true), .trialEnded(number: 1 << 40, isAdopted: false),
        .file(path: "/etc/a.conf", part: Array("server {}".utf8)), .file(path: "/empty", part: []),
        .failedFile(path: "/missing", reason: "2: No such file or directory"),
        .glob(pattern: "/etc/*.conf", paths: ["/etc/a.conf", "/etc/b.conf"]), .glob(pattern: "none", paths: []),
        .keeps(.ip(.v4(0x7f00_0001), port: 80)), .listens(.ip(.v6(0, 1), port: 8443)), .listens(.unix("/run/a.sock")),
        .log(path: "/var/log/a", buffer: 4096, flushMilliseconds: 500), .log(path: "/var/log/b", buffer: 0, flushMilliseconds: nil),
    ]

    @Test(arguments: samples)
    func `a message survives the way`(message: ControlMessage) {
        #expect(ControlMessage(decoding: message.encoded()) == message)
    }

    @Test(arguments: samples)
    func `a message that is cut short is none, or a shorter list`(message: ControlMessage) {
        let bytes = message.encoded()
        for count in 0..<bytes.count {
            let decoded = ControlMessage(decoding: Array(bytes[..<count]))
            if case .glob? = decoded { continue }
            #expect(decoded == nil)
        }
    }

    @Test func `unknown kinds and absurd lengths are refused`() {
        #expect(ControlMessage(decoding: [200]) == nil)
        #expect(ControlMessage(decoding: [2] + [UInt8](repeating: 0xff, count: 8)) == nil)
    }
}
