import GatehouseRuntime
import GatehouseWire

/// The other end of the control socket: what the program's own commands use.
enum ControlClient {
    /// Gives one command to the server behind a socket file. Suspends until it was carried out, a minute at most.
    static func ask(_ words: [String], at path: String, on loop: EventLoop) async -> Result<String, ControlFailure> {
        do throws(SocketError) {
            let deadline = loop.now + .seconds(60)
            let socket = try await Socket.connect(to: .unix(path: path), on: loop, deadline: deadline)
            defer { socket.close() }
            let buffer = ByteBuffer()
            buffer.append(ControlExchange.request(words))
            try await socket.send(buffer, deadline: deadline)
            buffer.clear()
            while try await socket.receive(into: buffer, limit: 64 << 10, deadline: deadline) > 0 {
                if buffer.count > ControlExchange.longestAnswer { break }
            }
            let silence = ControlFailure("the server has closed the connection without an answer")
            return ControlExchange.result(buffer.bytes()) ?? .failure(silence)
        } catch {
            return .failure(ControlFailure("\(error) while connecting to \"\(path)\""))
        }
    }
}
