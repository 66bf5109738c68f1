import GatehouseConfig
import GatehouseRuntime
import GatehouseWire

/// Files as payload: `sendfile` where the connection is plain and the body has no framing inside, else pieces read into a buffer.
extension HTTP1Connection {
    package func write(file: File, offset: Int, count: Int, isEnd: Bool, of exchange: Exchange) async throws(ClientError) {
        guard writer.sendsBody else {
            if isEnd { exchange.response.isComplete = true }
            return
        }
        if exchange.settings.usesSendfile && stream.tls == nil && !writer.isChunked {
            try await sendFromCache(file, offset: offset, count: count, of: exchange)
            if isEnd { exchange.response.isComplete = true }
        } else {
            try await sendCopied(file, offset: offset, count: count, isEnd: isEnd, of: exchange)
        }
    }

    private static let pieceSize = 128 * 1024

    private func sendCopied(_ file: File, offset: Int, count: Int, isEnd: Bool, of exchange: Exchange) async throws(ClientError) {
        let buffer = context.loop.buffers.borrow(min(count + 64, Self.pieceSize))
        defer { context.loop.buffers.giveBack(buffer) }
        var at = offset
        let end = offset + count
        while at < end {
            buffer.clear()
            let got = (try? file.read(into: buffer, count: min(end - at, Self.pieceSize), at: at)) ?? 0
            if got == 0 { throw truncated() }
            at += got
            try await write(buffer, isEnd: isEnd && at == end, of: exchange)
        }
    }

    /// The kernel copies from its page cache; other tasks of the loop get their turn after `sendfile_max_chunk`.
    private func sendFromCache(_ file: File, offset: Int, count: Int, of exchange: Exchange) async throws(ClientError) {
        let location = exchange.location
        let most = location.settings.sendfileMaxChunk > 0 ? location.settings.sendfileMaxChunk : count
        var at = offset
        let end = offset + count
        while at < end {
            let asked = min(end - at, most)
            let sent: Int
            do throws(SocketError) {
                sent = try await stream.socket.sendFile(file, offset: at, count: asked) { context.loop.now + location.settings.sendTimeout }
            } catch {
                writer.mustClose()
                throw ClientError(.socket(error), doing: "sending response to client")
            }
            at += sent
            writer.bytesSent += sent
            exchange.response.bodyBytesSent += sent
            if sent < asked { throw truncated() }
            if at < end { await Task.yield() }
        }
    }

    private func truncated() -> ClientError {
        writer.mustClose()
        return ClientError(.cancelled, "the file was truncated while it was being sent")
    }
}
