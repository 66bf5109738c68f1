import GatehouseWire
import Testing

@testable import GatehouseTLS

@Suite struct HostileInputTests {
    @Test(arguments: [TLSVersion.tls12, .tls13])
    func `ciphertext arrives byte by byte`(_ version: TLSVersion) throws {
        let pair = try ConnectionPair(Contexts.server { $0.protocols = [version] }, Contexts.client())
        var client = pair.client.handshake()
        var server = TLSConnection.Step.wantsMore
        while client != .done || server != .done {
            let flight = pair.clientOut.bytes()
            pair.clientOut.clear()
            for byte in flight {
                pair.serverIn.append(byte)
                if server == .wantsMore { server = pair.server.handshake() }
            }
            let answer = pair.serverOut.bytes()
            pair.serverOut.clear()
            try #require(!flight.isEmpty || !answer.isEmpty)
            for byte in answer {
                pair.clientIn.append(byte)
                if client == .wantsMore { client = pair.client.handshake() }
            }
        }
        _ = pair.client.write(Array("some words".utf8).span)
        let received = ByteBuffer()
        for byte in pair.clientOut.bytes() {
            #expect(received.isEmpty)
            pair.serverIn.append(byte)
            _ = pair.server.read(into: received)
        }
        #expect(received.bytes() == Array("some words".utf8))
    }

    @Test func `a plain request is an error of the client's in one line`() throws {
        let server = try TLSConnection(server: Contexts.server()) { _ in .keep }
        let input = ByteBuffer()
        input.append("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        server.attach(in: input, out: ByteBuffer())
        let expected = "SSL_do_handshake() failed (SSL: error:0A00009C:SSL routines::http request)"
        #expect(server.handshake() == .failed(TLSError(.handshake, expected, isPeerFault: true)))
    }

    @Test func `noise never traps and fails within one record`() throws {
        let context = try Contexts.server()
        var state: UInt64 = 42
        for _ in 0..<200 {
            let server = try TLSConnection(server: context) { _ in .keep }
            let input = ByteBuffer()
            let hello: [UInt8] = [22, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3]
            input.append(hello)
            for _ in 0..<300 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                input.append(UInt8(truncatingIfNeeded: state >> 33))
            }
            server.attach(in: input, out: ByteBuffer())
            guard case .failed(let error) = server.handshake() else { continue }
            #expect(error.message.hasPrefix("SSL_do_handshake() failed (SSL: error:"))
        }
    }

    @Test func `a changed record fails the connection after what came before`() throws {
        let pair = try ConnectionPair(Contexts.server(), Contexts.client())
        pair.handshake()
        _ = pair.client.write([1, 2, 3].span)
        let intact = pair.clientOut.count
        _ = pair.client.write([4, 5, 6].span)
        pair.clientOut.overwrite(at: intact + 7, with: pair.clientOut[intact + 7] ^ 1)
        pair.move(pair.clientOut, to: pair.serverIn)
        let received = ByteBuffer()
        #expect(pair.server.read(into: received) == .bytes(3))
        let expected = "SSL_read() failed (SSL: error:0A000119:SSL routines::decryption failed or bad record mac)"
        #expect(pair.server.read(into: received) == .failed(TLSError(.read, expected, isPeerFault: true)))
        #expect(received.bytes() == [1, 2, 3])
        #expect(!pair.serverOut.isEmpty, "the alert should be sent")
    }

    @Test(arguments: [TLSVersion.tls12, .tls13])
    func `close_notify is told apart from silence`(_ version: TLSVersion) throws {
        let pair = try ConnectionPair(Contexts.server { $0.protocols = [version] }, Contexts.client())
        pair.handshake()
        let received = ByteBuffer()
        #expect(pair.server.read(into: received) == .wantsMore)
        _ = pair.client.write([9].span)
        pair.client.shutdown()
        pair.move(pair.clientOut, to: pair.serverIn)
        #expect(pair.server.read(into: received) == .bytes(1))
        #expect(pair.server.read(into: received) == .closed)
        #expect(pair.server.read(into: received) == .closed)
    }

    @Test func `writing and closing need no buffer to read from`() throws {
        let pair = try ConnectionPair(Contexts.server(), Contexts.client())
        pair.handshake()
        let plain = ByteBuffer()
        plain.append([1, 2, 3])
        pair.client.attach(in: pair.clientOut, out: pair.clientOut)
        #expect(pair.client.write(plain) == .accepted(3))
        #expect(plain.count == 3)
        pair.client.attach(out: pair.clientOut)
        pair.client.shutdown()
        pair.move(pair.clientOut, to: pair.serverIn)
        let received = ByteBuffer()
        #expect(pair.server.read(into: received) == .bytes(3))
        #expect(pair.server.read(into: received) == .closed)
    }

    @Test func `a limit is kept and the rest stays readable`() throws {
        let pair = try ConnectionPair(Contexts.server(), Contexts.client())
        pair.handshake()
        _ = pair.client.write([UInt8](repeating: 5, count: 20000).span)
        pair.move(pair.clientOut, to: pair.serverIn)
        let received = ByteBuffer()
        #expect(pair.server.read(into: received, limit: 100) == .bytes(100))
        #expect(pair.server.hasPendingPlaintext)
        pair.server.detach()
        pair.server.attach(in: pair.serverIn, out: pair.serverOut)
        #expect(pair.server.read(into: received) == .bytes(19900))
        #expect(!pair.server.hasPendingPlaintext)
    }

    @Test func `a batch of plaintext is bounded and goes out in full records`() throws {
        let pair = try ConnectionPair(Contexts.server { $0.recordSize = 4096 }, Contexts.client())
        pair.handshake()
        #expect(pair.server.write([UInt8](repeating: 1, count: 100_000).span) == .accepted(65536))
        #expect(pair.serverOut.count == 65536 + 16 * 22)
    }
}
