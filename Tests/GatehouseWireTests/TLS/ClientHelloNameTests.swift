import GatehouseWire
import Testing

@Suite struct ClientHelloNameTests {
    private static func sized(_ bytes: [UInt8], _ lengthBytes: Int) -> [UInt8] {
        (0..<lengthBytes).reversed().map { UInt8(truncatingIfNeeded: bytes.count >> (8 * $0)) } + bytes
    }

    /// - Parameter name: nil leaves the extension out.
    private static func hello(_ name: String?, pieces: Int = 1) -> [UInt8] {
        let other: [UInt8] = [0, 43] + sized([2, 3, 4], 2)
        let list = name.map { [0, 0] + sized(sized([0] + sized(Array($0.utf8), 2), 2), 2) } ?? []
        let body: [UInt8] =
            [3, 3] + [UInt8](repeating: 7, count: 32) + sized([1, 2, 3], 1) + sized([0x13, 1, 0x13, 2], 2) + sized([0], 1)
            + sized(other + list + other, 2)
        let message = [1] + sized(body, 3)
        let size = (message.count + pieces - 1) / pieces
        return stride(from: 0, to: message.count, by: size).flatMap { start in
            [22, 3, 1] + sized(Array(message[start..<min(start + size, message.count)]), 2)
        }
    }

    @Test(arguments: [1, 2, 5])
    func `the name is found, in any number of records, cut at every byte`(pieces: Int) {
        let input = Self.hello("Name.Example", pieces: pieces)
        for cut in 0..<input.count {
            let part = Array(input[..<cut])
            #expect(ClientHelloName.find(in: part.span) == .needMore)
        }
        let whole = input + [23, 3, 3, 0]
        #expect(ClientHelloName.find(in: whole.span) == .name(Array("name.example".utf8)))
    }

    @Test func `a ClientHello may name nobody`() {
        let input = Self.hello(nil)
        #expect(ClientHelloName.find(in: input.span) == .none)
    }

    @Test(
        arguments: [
            Array("GET / HTTP/1.1\r\n".utf8), [22, 2], [21, 3, 1, 0, 2, 1, 0], [22, 3, 1, 0, 0], [22, 3, 1, 255, 255],
            [22, 3, 1, 0, 4, 2, 0, 0, 0], [22, 3, 1, 0, 6, 1, 0, 0, 2, 3, 3], hello("a b"), hello("a:80"), hello(""),
            [22, 3, 1, 0, 4, 1, 255, 255, 255],
        ] as [[UInt8]])
    func `anything else is no TLS`(input: [UInt8]) {
        #expect(ClientHelloName.find(in: input.span) == .notTLS)
    }

    @Test func `changed bytes and endless records do no harm`() {
        let input = Self.hello("name.example", pieces: 2)
        for place in input.indices {
            var changed = input
            changed[place] ^= 0xff
            _ = ClientHelloName.find(in: changed.span)  // no trap
        }
        let endless = [UInt8](repeating: 0, count: 40000).indices.map { [22, 3, 1, 0, 1, 1][$0 % 6] as UInt8 }
        #expect(ClientHelloName.find(in: endless.span) != .needMore)
    }
}
