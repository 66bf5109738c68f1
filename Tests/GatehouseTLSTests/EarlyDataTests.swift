import GatehouseWire
import Testing

@testable import GatehouseTLS

@Suite struct EarlyDataTests {
    @Test func `early data is read once the handshake is finished`() throws {
        let context = try Contexts.server { $0.earlyData = true }
        let clientContext = try Contexts.client()
        let first = try ConnectionPair(context, clientContext)
        #expect(first.handshake().server == .done)
        _ = first.answer([1])
        let client = EarlyClient(clientContext, try #require(first.client.newSession))
        #expect(client.writeEarly(Array("early words".utf8)))

        let server = try TLSConnection(server: context) { _ in .keep }
        let input = ByteBuffer()
        let output = ByteBuffer()
        server.attach(in: input, out: output)
        client.take(into: input)
        #expect(server.handshake() == .wantsMore)
        let received = ByteBuffer()
        guard case .failed = server.read(into: received) else { return #expect(Bool(false), "nothing may be read yet") }
        #expect(client.finish(output))
        client.take(into: input)
        #expect(server.handshake() == .done)
        #expect(server.isResumed)
        #expect(server.read(into: received, limit: 5) == .bytes(5))
        #expect(server.hasPendingPlaintext)
        #expect(server.read(into: received) == .bytes(6))
        #expect(received.bytes() == Array("early words".utf8))
        #expect(server.read(into: received) == .wantsMore)
    }

    @Test(arguments: [TLSVersion.tls12, .tls13])
    func `clients without early data are served as ever`(_ version: TLSVersion) throws {
        let pair = try ConnectionPair(Contexts.server { ($0.earlyData, $0.protocols) = (true, [version]) }, Contexts.client())
        #expect(pair.handshake().server == .done)
        #expect(pair.send([1, 2, 3]) == [1, 2, 3])
    }
}
