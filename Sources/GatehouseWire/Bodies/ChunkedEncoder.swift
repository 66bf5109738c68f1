/// Writes the chunked coding (RFC 9112 §7.1). The framing towards the other side is always our own.
package enum ChunkedEncoder {
    /// The end of every chunk's data.
    package static let chunkEnd: StaticString = "\r\n"

    /// Appends the size line of a chunk of `size` bytes, which must not be zero: zero would end the body.
    package static func appendChunkHeader(size: Int, to buffer: ByteBuffer) {
        precondition(size > 0, "an empty chunk ends the body")
        buffer.appendHex(size)
        buffer.append("\r\n")
    }

    package static func appendChunkEnd(to buffer: ByteBuffer) { buffer.append("\r\n") }

    /// Appends a whole chunk; nothing where `data` is empty.
    package static func appendChunk(_ data: Span<UInt8>, to buffer: ByteBuffer) {
        guard data.count > 0 else { return }
        appendChunkHeader(size: data.count, to: buffer)
        buffer.append(data)
        appendChunkEnd(to: buffer)
    }

    /// Appends the last chunk without trailers.
    package static func appendLastChunk(to buffer: ByteBuffer) { buffer.append("0\r\n\r\n") }

    /// Appends the last chunk and a trailer section.
    package static func appendLastChunk(trailers: HeaderFields, to buffer: ByteBuffer) {
        buffer.append("0\r\n")
        trailers.appendLines(to: buffer)
        buffer.append("\r\n")
    }
}
