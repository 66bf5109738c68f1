import Testing

@testable import GatehouseWire

@Suite struct ChunkedCodingTests {
    /// Decodes pieces that end at `cuts`; what was not consumed comes again.
    private func decode(_ text: String, cuts: [Int] = []) -> (data: String, last: ChunkedDecoder.Step, trailers: String) {
        let bytes = Array(text.utf8)
        var decoder = ChunkedDecoder(lineLimit: 64, trailerLimit: 128)
        let buffer = ByteBuffer()
        var data: [UInt8] = []
        var fed = 0
        for end in cuts + [bytes.count] {
            buffer.append(bytes, range: fed..<end)
            fed = end
            var offset = 0
            var step = decoder.next(buffer.readable, from: 0)
            while case .data(let range) = step {
                data += buffer.bytes(in: range)
                offset = range.upperBound
                step = decoder.next(buffer.readable, from: offset)
            }
            guard case .needMore(let consumed) = step else {
                return (String(decoding: data, as: UTF8.self), step, decoder.trailers.description)
            }
            buffer.consume(consumed)
        }
        return (String(decoding: data, as: UTF8.self), .needMore(consumed: 0), "")
    }

    private static let good: [(String, String, String)] = [
        ("0\r\n\r\n", "", ""), ("5\r\nhello\r\n0\r\n\r\n", "hello", ""),
        ("00A;x=\"y\"\r\n0123456789\r\n1 \r\n!\r\n000\r\n\r\n", "0123456789!", ""),
        ("3\r\nabc\r\n0;last\r\nX: 1\r\nY-Z:2 \r\n\r\n", "abc", "X: 1\nY-Z: 2\n"),
    ]

    @Test(arguments: good) func `a body comes out the same however it is cut`(_ text: String, _ data: String, _ trailers: String) {
        let whole = decode(text + "NEXT")
        #expect(whole.last == .end(consumed: text.utf8.count))
        for cut in 0...text.utf8.count {
            let result = decode(text, cuts: [cut])
            #expect(result.data == data && result.trailers == trailers, "cut at \(cut)")
            guard case .end = result.last else {
                Issue.record("no end when cut at \(cut)")
                continue
            }
        }
        let bytewise = decode(text, cuts: Array(0...text.utf8.count))
        #expect(bytewise.data == data && bytewise.trailers == trailers)
    }

    @Test(arguments: good) func `a body that breaks off is never at its end`(_ text: String, _ data: String, _ trailers: String) {
        for length in 0..<text.utf8.count {
            let result = decode(String(decoding: text.utf8.prefix(length), as: UTF8.self))
            #expect(result.last == .needMore(consumed: 0), "broken off at \(length)")
        }
    }

    private static let hostile = [
        "x\r\n", " 5\r\nhello\r\n", "-1\r\n", "+5\r\nhello", "0x5\r\nhello", "\r\n", "5\nhello\r\n", "5\r\nhelloX", "5\r\nhello\n0\r\n\r\n",
        "5\rhello",
        "5;a\nhello", "5;a\0\r\nhello", "10000000000000000\r\n", "ffffffffffffffffff\r\n", "0\n\r\n", "0\r\n\n", "0\r\nA: b\n\r\n",
        "0\r\nA : b\r\n\r\n",
        "0\r\n A: b\r\n\r\n", "0\r\nA: \0\r\n\r\n", "0\r\nnocolon\r\n\r\n", "0;\r\r\n\r\n", "4\r\nSEE-THIS\r\n0\r\n\r\n",
        "1;" + String(repeating: "a", count: 70) + "\r\n", String(repeating: "0", count: 70) + "\r\n", "5,\r\nhello",
        "0\r\nA: " + String(repeating: "b", count: 130) + "\r\n\r\n", "0\r\n" + String(repeating: "A: b\r\n", count: 30) + "\r\n",
    ]

    @Test(arguments: hostile) func `a hostile body is refused, however it is cut`(_ text: String) {
        for cut in 0...text.utf8.count {
            guard case .invalid = decode(text, cuts: [cut]).last else {
                Issue.record("taken when cut at \(cut)")
                continue
            }
        }
    }

    @Test(arguments: [(126, true), (127, false), (128, false)])
    func `the limit of the trailer section is the same in pieces as in one`(_ fieldLine: Int, _ isWithin: Bool) {
        let text = "0\r\nX: " + String(repeating: "a", count: fieldLine - 5) + "\r\n\r\n"
        for cuts in [[], Array(1..<text.utf8.count)] {
            let last = decode(text, cuts: cuts).last
            #expect(last == (isWithin ? .end(consumed: cuts.isEmpty ? text.utf8.count : 2) : .invalid("invalid trailer section")))
        }
    }

    @Test func `what the encoder writes, the decoder reads`() {
        let buffer = ByteBuffer()
        let data = [UInt8](repeating: 7, count: 300)
        ChunkedEncoder.appendChunk(data.span, to: buffer)
        ChunkedEncoder.appendChunk([UInt8]().span, to: buffer)
        var trailers = HeaderFields()
        trailers.append(name: "X-Sum", value: "9")
        ChunkedEncoder.appendLastChunk(trailers: trailers, to: buffer)
        #expect(buffer.bytes() == Array("12c\r\n".utf8) + data + Array("\r\n0\r\nX-Sum: 9\r\n\r\n".utf8))
        var decoder = ChunkedDecoder()
        #expect(decoder.next(buffer.readable, from: 0) == .data(5..<305))
        #expect(decoder.next(buffer.readable, from: 305) == .end(consumed: buffer.count))
        #expect(decoder.isEnded && decoder.trailers.count == 1)
    }
}
