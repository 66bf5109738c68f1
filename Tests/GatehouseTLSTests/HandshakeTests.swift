import GatehouseWire
import Testing

@testable import GatehouseTLS

@Suite struct HandshakeTests {
    @Test(arguments: [TLSVersion.tls12, .tls13])
    func `both sides agree and exchange bytes`(_ version: TLSVersion) throws {
        let pair = try ConnectionPair(Contexts.server { $0.protocols = [version] }, Contexts.client())
        let result = pair.handshake()
        #expect(result.client == .done)
        #expect(result.server == .done)
        #expect(pair.server.protocolVersion == version.rawValue)
        #expect(pair.server.serverName == "example.com")
        #expect(pair.send(Array("hello".utf8)) == Array("hello".utf8))
        #expect(pair.answer(Array("world".utf8)) == Array("world".utf8))
    }

    @Test(arguments: [TLSVersion.tls12, .tls13])
    func `big payloads arrive whole`(_ version: TLSVersion) throws {
        let pair = try ConnectionPair(Contexts.server { $0.protocols = [version] }, Contexts.client())
        pair.handshake()
        let payload = (0..<1_000_003).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        #expect(pair.send(payload) == payload)
        #expect(pair.answer(payload) == payload)
    }
}
