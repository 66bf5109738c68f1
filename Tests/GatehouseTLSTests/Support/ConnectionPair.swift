import GatehouseWire

@testable import GatehouseTLS

/// A client and a server whose ciphertext is carried from one to the other in memory.
final class ConnectionPair {
    let client: TLSConnection
    let server: TLSConnection
    let clientIn = ByteBuffer()
    let clientOut = ByteBuffer()
    let serverIn = ByteBuffer()
    let serverOut = ByteBuffer()

    init(client: TLSConnection, server: TLSConnection) {
        self.client = client
        self.server = server
        client.attach(in: clientIn, out: clientOut)
        server.attach(in: serverIn, out: serverOut)
    }

    convenience init(
        _ serverContext: TLSServerContext, _ clientContext: TLSClientContext, name: String? = "example.com", verifying: String? = nil,
        session: TLSSession? = nil, select: @escaping (String?) -> TLSContextChoice = { _ in .keep }
    ) throws {
        let client = try TLSConnection(client: clientContext, serverName: name, verifyName: verifying, session: session)
        self.init(client: client, server: try TLSConnection(server: serverContext, selectContext: select))
    }

    /// Runs both sides until neither has anything to say, and gives back how each ended.
    @discardableResult
    func handshake() -> (client: TLSConnection.Step, server: TLSConnection.Step) {
        var results = (client: TLSConnection.Step.wantsMore, server: TLSConnection.Step.wantsMore)
        for _ in 0..<16 {
            if results.client == .wantsMore { results.client = client.handshake() }
            move(clientOut, to: serverIn)
            if results.server == .wantsMore { results.server = server.handshake() }
            move(serverOut, to: clientIn)
        }
        return results
    }

    func move(_ source: ByteBuffer, to target: ByteBuffer) {
        target.append(source)
        source.clear()
    }

    /// Sends `bytes` from the client and gives back what the server reads.
    func send(_ bytes: [UInt8]) -> [UInt8] {
        carry(bytes, from: client, clientOut, to: server, serverIn)
    }

    /// Sends `bytes` from the server and gives back what the client reads.
    func answer(_ bytes: [UInt8]) -> [UInt8] {
        carry(bytes, from: server, serverOut, to: client, clientIn)
    }

    private func carry(_ bytes: [UInt8], from: TLSConnection, _ out: ByteBuffer, to: TLSConnection, _ into: ByteBuffer) -> [UInt8] {
        let plain = ByteBuffer()
        let received = ByteBuffer()
        plain.append(bytes)
        while !plain.isEmpty {
            guard case .accepted(let count) = from.write(plain) else { break }
            plain.consume(count)
            move(out, to: into)
            _ = to.read(into: received)
        }
        return received.bytes()
    }
}
