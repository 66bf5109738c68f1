import GatehouseWire
import Testing

@testable import Gatehouse

struct HTTP1BodyReaderTests {
    @Test func `a chunked body that came whole leaves the next request in the input`() {
        var head = RequestHead()
        head.isChunked = true
        var reader = HTTP1BodyReader()
        reader.begin(isChunked: head.isChunked, contentLength: head.contentLength, expectsContinue: head.expectsContinue)
        let input = buffer("3\r\nabc\r\n0\r\n\r\nGET /")
        let output = buffer("")
        #expect(reader.take(from: input, into: output, limit: 100) == .moved(3))
        #expect(output.bytes() == Array("abc".utf8))
        #expect(reader.isAtEnd)
        #expect(input.bytes() == Array("GET /".utf8))
    }

    @Test func `100 Continue is owed even to an empty body that was announced`() {
        var head = RequestHead()
        head.expectsContinue = true
        head.contentLength = 0
        var reader = HTTP1BodyReader()
        reader.begin(isChunked: head.isChunked, contentLength: head.contentLength, expectsContinue: head.expectsContinue)
        #expect(reader.owesContinue)
    }

    private func buffer(_ text: String) -> ByteBuffer {
        let buffer = ByteBuffer(capacity: 256)
        buffer.append(Array(text.utf8))
        return buffer
    }
}
