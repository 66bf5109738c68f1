import Testing

@testable import GatehouseTLS

@Suite struct ServerNameTests {
    @Test(arguments: [TLSVersion.tls12, .tls13])
    func `the name chooses the certificate`(_ version: TLSVersion) throws {
        let one = try Contexts.server("one.example") { $0.protocols = [version] }
        let two = try Contexts.server("two.example") { $0.protocols = [version] }
        let pair = try ConnectionPair(one, Contexts.client(), name: "two.example") { $0 == "two.example" ? .use(two) : .keep }
        #expect(pair.handshake().client == .done)
        #expect(pair.client.peerCertificate?.subject == "CN=two.example")
        #expect(pair.server.selectedContext === two)
    }

    @Test func `a client without a name gets the default`() throws {
        var asked: [String?] = []
        let pair = try ConnectionPair(Contexts.server("one.example"), Contexts.client(), name: nil) {
            asked.append($0)
            return .keep
        }
        #expect(pair.handshake().server == .done)
        #expect(asked == [nil])
        #expect(pair.server.serverName == nil)
        #expect(pair.client.peerCertificate?.subject == "CN=one.example")
    }

    @Test func `an address is not sent as a name`() throws {
        let pair = try ConnectionPair(Contexts.server(), Contexts.client(), name: "127.0.0.1")
        pair.handshake()
        #expect(pair.server.serverName == nil)
    }

    @Test func `a refused name ends the handshake with an alert`() throws {
        let pair = try ConnectionPair(Contexts.server(), Contexts.client()) { _ in .reject }
        let result = pair.handshake()
        #expect(result.server == .failed(TLSError(.rejected, "handshake rejected", isPeerFault: true)))
        guard case .failed(let error) = result.client else { return #expect(Bool(false), "the client should fail") }
        #expect(error.message.contains("unrecognized name"))
    }

    @Test(arguments: [true, false])
    func `a server that rejects handshakes needs no certificate`(_ isDefault: Bool) throws {
        var configuration = TLSServerConfiguration()
        configuration.rejectsHandshake = true
        let refusing = try TLSServerContext(configuration)
        let normal = try Contexts.server()
        let pair = try ConnectionPair(isDefault ? refusing : normal, Contexts.client()) { _ in isDefault ? .keep : .use(refusing) }
        #expect(pair.handshake().server == .failed(TLSError(.rejected, "handshake rejected", isPeerFault: true)))
    }

    @Test func `a server behind a rejecting default is reached by name`() throws {
        var configuration = TLSServerConfiguration()
        configuration.rejectsHandshake = true
        let normal = try Contexts.server()
        let pair = try ConnectionPair(TLSServerContext(configuration), Contexts.client()) { _ in .use(normal) }
        #expect(pair.handshake().server == .done)
    }

    @Test func `the chosen server's protocol versions count`() throws {
        let old = try Contexts.server { $0.protocols = [.tls12] }
        let new = try Contexts.server { $0.protocols = [.tls13] }
        let pair = try ConnectionPair(old, Contexts.client()) { _ in .use(new) }
        pair.handshake()
        #expect(pair.server.protocolVersion == "TLSv1.3")
        let back = try ConnectionPair(new, Contexts.client()) { _ in .use(old) }
        back.handshake()
        #expect(back.server.protocolVersion == "TLSv1.2")
    }

    @Test func `application protocols are agreed in the server's order`() throws {
        let server = try Contexts.server { $0.alpn = ["h2", "http/1.1"] }
        let pair = try ConnectionPair(server, Contexts.client { $0.alpn = ["http/1.1", "h2"] })
        pair.handshake()
        #expect(pair.server.alpn == "h2")
        #expect(pair.client.alpn == "h2")
    }

    @Test func `no common application protocol is fatal, none offered is not`() throws {
        let server = try Contexts.server { $0.alpn = ["http/1.1"] }
        let stranger = try ConnectionPair(server, Contexts.client { $0.alpn = ["smtp"] })
        guard case .failed(let error) = stranger.handshake().server else { return #expect(Bool(false), "should fail") }
        #expect(error.message.contains("no application protocol"))
        let silent = try ConnectionPair(server, Contexts.client())
        #expect(silent.handshake().server == .done)
        #expect(silent.server.alpn == nil)
    }

    @Test(arguments: [TLSVersion.tls12, .tls13])
    func `a certificate of the moment is shown in place of the context's`(_ version: TLSVersion) throws {
        let context = try Contexts.server("context.example") { $0.protocols = [version] }
        let source = try Contexts.certificate("moment.example")
        let certificate = try TLSCertificate(chain: source.chain, key: source.key)
        let pair = try ConnectionPair(context, Contexts.client()) { _ in .show([certificate], by: context) }
        #expect(pair.handshake().client == .done)
        #expect(pair.client.peerCertificate?.subject == "CN=moment.example")
    }

    @Test func `the name is known while certificates are chosen`() throws {
        let context = try Contexts.server()
        let client = try TLSConnection(client: Contexts.client(), serverName: "asked.example", verifyName: nil)
        var seen: String?
        var server: TLSConnection?
        server = try TLSConnection(server: context) { _ in
            seen = server?.serverName
            return .keep
        }
        let pair = ConnectionPair(client: client, server: try #require(server))
        pair.handshake()
        #expect(seen == "asked.example")
    }

    @Test func `a certificate that cannot be read ends the handshake with its reason`() throws {
        let reason = TLSError(.configuration, "cannot load certificate \"x\"")
        let pair = try ConnectionPair(Contexts.server(), Contexts.client()) { _ in .fail(reason) }
        #expect(pair.handshake().server == .failed(reason))
    }

    @Test func `a client shows the certificate of the moment`() throws {
        let source = try Contexts.certificate("client.example")
        let certificate = try TLSCertificate(chain: source.chain, key: source.key)
        let context = try Contexts.server { $0.verifyClient = .optionalNoCA }
        let client = try TLSConnection(client: Contexts.client(), serverName: nil, verifyName: nil, certificate: certificate)
        let pair = ConnectionPair(client: client, server: try TLSConnection(server: context) { _ in .keep })
        pair.handshake()
        #expect(pair.server.peerCertificate?.subject == "CN=client.example")
    }
}
