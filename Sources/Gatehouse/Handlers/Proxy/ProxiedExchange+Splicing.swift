import GatehouseRuntime
import GatehouseWire

extension ProxiedExchange {
    /// Bodies below this many bytes are copied: two more system calls and a pipe cost more than that.
    private static let leastSpliced = 128 * 1024

    /// Moves payload from upstream to client inside the kernel (`splice(2)`), where neither side is encrypted or framed and nothing has to
    /// see the bytes.
    ///
    /// Ends where that is not possible, or when something was read ahead of a slow client: what is left is passed on by copying.
    func splice(_ body: UpstreamBody, _ ahead: ReadAhead?) async throws(UpstreamFailure) {
        guard body.plainCount >= ProxiedExchange.leastSpliced, pace == nil, body.connection.stream.tls == nil, !exchange.isBodyShaped,
            let sink = exchange.client.socketForRawPayload, let pipe = exchange.context.pipes.borrow()
        else { return }
        defer { exchange.context.pipes.giveBack(pipe) }
        while body.plainCount > 0 && ahead?.isUnused ?? true {
            let count = try await fill(pipe, from: body.connection, limit: min(body.plainCount, PipePool.capacity))
            body.passedBy(count)
            noteBody(count)
            if body.isEnded { bodyEnded(body) }
            try await empty(pipe, into: sink, ahead)
            exchange.client.sentRawPayload(count, isEnd: body.isEnded && ahead?.isEmpty ?? true, of: exchange)
        }
    }

    private func fill(_ pipe: SplicePipe, from connection: UpstreamConnection, limit: Int) async throws(UpstreamFailure) -> Int {
        while true {
            do throws(SocketError) {
                switch try pipe.receiveNow(from: connection.stream.socket, limit: limit) {
                case .bytes(let count): return count
                case .end: throw SocketError(kind: .closed, operation: "splice")
                case .wouldBlock: break
                }
            } catch {
                if error.kind == .closed {
                    throw UpstreamFailure(.error, "upstream prematurely closed connection while reading upstream")
                }
                throw UpstreamFailure(.socket(error), while: "reading upstream")
            }
            try await waitForUpstream(connection, deadline: loop.now + settings.readTimeout, doing: "reading upstream")
        }
    }

    private func empty(_ pipe: SplicePipe, into sink: Socket, _ ahead: ReadAhead?) async throws(UpstreamFailure) {
        do throws(SocketError) {
            while pipe.count > 0 {
                if try pipe.sendNow(to: sink) > 0 { continue }
                let deadline = loop.now + exchange.location.settings.sendTimeout
                if let ahead {
                    try await ahead.waitForRoom(in: sink, deadline: deadline)
                } else {
                    try await sink.writable(deadline: deadline)
                }
            }
        } catch {
            throw UpstreamFailure(client: ClientError(.socket(error), doing: "sending response to client"), exchange)
        }
    }
}
