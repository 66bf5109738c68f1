import GatehouseWire
import Testing

@Suite struct SOCKSDatagramTests {
    private static func ascii(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test(
        arguments: [
            ([1, 192, 0, 2, 1, 0, 53], "192.0.2.1", 53), ([4] + [UInt8](repeating: 0, count: 15) + [1, 1, 0], "[::1]", 256),
            ([3, 9] + ascii("A.Example") + [255, 255], "a.example", 65535), ([3, 3] + ascii("::1") + [0, 1], "[::1]", 1),
        ] as [([UInt8], String, Int)])
    func `an address of each type is read, with and without payload`(address: [UInt8], host: String, port: Int) {
        let head = [0, 0, 0] + address
        for payload in [[], Self.ascii("payload")] {
            let expected = SOCKSDatagram.Result.datagram(host: Self.ascii(host), port: port, payload: head.count)
            #expect(SOCKSDatagram.parse((head + payload).span) == expected)
        }
        for end in 0..<head.count { #expect(SOCKSDatagram.parse(Array(head[..<end]).span) == .malformed(.short)) }
    }

    @Test(
        arguments: [
            ([0, 1, 0, 1, 1, 2, 3, 4, 0, 53], .reserved), ([1, 0, 0, 1, 1, 2, 3, 4, 0, 53], .reserved),
            ([0, 0, 1, 1, 1, 2, 3, 4, 0, 53], .fragment), ([0, 0, 0x80, 1, 1, 2, 3, 4, 0, 53], .fragment),
            ([0, 0, 0, 0, 1, 2, 3, 4, 0, 53], .addressType), ([0, 0, 0, 2, 1, 2, 3, 4, 0, 53], .addressType),
            ([0, 0, 0, 1, 1, 2, 3, 4, 0, 0], .name), ([0, 0, 0, 3, 0, 0, 53], .name), ([0, 0, 0, 3, 3] + ascii("a:b") + [0, 53], .name),
            ([0, 0, 0, 3, 3] + ascii("a/b") + [0, 53], .name), ([0, 0, 0, 3, 3] + ascii("a b") + [0, 53], .name),
            ([0, 0, 0, 3, 2] + [0x61, 0] + [0, 53], .name), ([0, 0, 0, 3, 255] + ascii("short"), .short), ([], .short), ([0], .short),
        ] as [([UInt8], SOCKSDatagram.Fault)])
    func `what is no datagram for anybody is dropped with its reason`(input: [UInt8], fault: SOCKSDatagram.Fault) {
        #expect(SOCKSDatagram.parse(input.span) == .malformed(fault))
    }

    @Test(arguments: ["192.0.2.1", "2001:db8::1"])
    func `a head that is made is the one that is read`(text: String) throws {
        let address = try #require(IPAddress(text))
        let head = SOCKSDatagram.head(from: address, port: 4660)
        let host = address.isV4 ? text : "[\(text)]"
        #expect(SOCKSDatagram.parse(head.span) == .datagram(host: Self.ascii(host), port: 4660, payload: head.count))
        #expect(SOCKSReply.relay(at: address, port: 4660) == [5, 0, 0] + head.dropFirst(3))
    }

    @Test func `no input is taken beyond its end`() {
        var state: UInt64 = 7
        for _ in 0..<5000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            var input = (0..<Int(state >> 59)).map { UInt8(truncatingIfNeeded: state >> UInt64($0 % 8 * 7)) }
            for place in 0..<min(3, input.count) { input[place] = 0 }
            guard case .datagram(let host, let port, let payload) = SOCKSDatagram.parse(input.span) else { continue }
            #expect(payload <= input.count && payload <= SOCKSDatagram.longestHead)
            #expect(!host.isEmpty && (1...65535).contains(port))
        }
    }
}
