import Testing

@testable import GatehouseTLS

@Suite struct CertificateTests {
    private func pair(
        _ certificate: TLSServerConfiguration.Certificate?, _ verify: TLSServerConfiguration.ClientVerification = .optional,
        version: TLSVersion = .tls13, crl: PEMSource? = nil
    ) throws -> ConnectionPair {
        let server = try Contexts.server {
            $0.protocols = [version]
            $0.verifyClient = verify
            $0.clientCertificates = Fixtures.authority
            $0.crl = crl
        }
        let pair = try ConnectionPair(server, Contexts.client { $0.certificate = certificate })
        #expect(pair.handshake().server == .done)
        return pair
    }

    static let verdicts: [(TLSServerConfiguration.Certificate?, PEMSource?, String)] = [
        (nil, nil, "NONE"), (Fixtures.good, nil, "SUCCESS"), (Fixtures.expired, nil, "FAILED:certificate has expired"),
        (Fixtures.rsa, nil, "FAILED:self-signed certificate"), (Fixtures.revoked, nil, "SUCCESS"),
        (Fixtures.revoked, Fixtures.revocations, "FAILED:certificate revoked"), (Fixtures.good, Fixtures.revocations, "SUCCESS"),
    ]

    @Test(arguments: [TLSVersion.tls12, .tls13])
    func `a client's certificate is judged after the handshake`(_ version: TLSVersion) throws {
        for (certificate, crl, verdict) in Self.verdicts {
            #expect(try pair(certificate, version: version, crl: crl).server.clientVerification.text == verdict)
        }
    }

    static let rules: [(TLSServerConfiguration.ClientVerification, none: Bool, good: Bool, stranger: Bool, expired: Bool)] = [
        (.off, true, true, true, true), (.on, false, true, false, false), (.optional, true, true, false, false),
        (.optionalNoCA, true, true, true, false),
    ]

    @Test(arguments: rules)
    func `ssl_verify_client decides by what was found`(
        _ rule: TLSServerConfiguration.ClientVerification, none: Bool, good: Bool, stranger: Bool, expired: Bool
    ) throws {
        #expect(try pair(nil).server.clientVerification.satisfies(rule) == none)
        #expect(try pair(Fixtures.good).server.clientVerification.satisfies(rule) == good)
        #expect(try pair(Fixtures.rsa).server.clientVerification.satisfies(rule) == stranger)
        #expect(try pair(Fixtures.expired).server.clientVerification.satisfies(rule) == expired)
    }

    @Test(arguments: [TLSVersion.tls12, .tls13])
    func `a named server's client certificate rules replace the default's`(_ version: TLSVersion) throws {
        let open = try Contexts.server { $0.protocols = [version] }
        let guarded = try Contexts.server {
            $0.verifyClient = .on
            $0.clientCertificates = Fixtures.authority
            $0.crl = Fixtures.revocations
        }
        for (certificate, verdict) in [(Fixtures.good, "SUCCESS"), (Fixtures.revoked, "FAILED:certificate revoked")] {
            let client = try Contexts.client { $0.certificate = certificate }
            let named = try ConnectionPair(open, client) { _ in .use(guarded) }
            named.handshake()
            #expect(named.server.clientVerification.text == verdict)
            let unnamed = try ConnectionPair(guarded, client) { _ in .use(open) }
            unnamed.handshake()
            #expect(unnamed.server.clientVerification == .none)
        }
    }

    @Test func `the variables tell what the certificate says`() throws {
        let pair = try pair(Fixtures.good)
        let certificate = try #require(pair.server.peerCertificate)
        #expect(certificate.subject == "CN=good client,O=M\\C3\\BCller\\, S\\C3\\B6hne,C=DE")
        #expect(certificate.issuer == "CN=Test CA,O=Gatehouse Tests")
        #expect(certificate.legacySubject == "/C=DE/O=M\\xC3\\xBCller, S\\xC3\\xB6hne/CN=good client")
        #expect(certificate.legacyIssuer == "/O=Gatehouse Tests/CN=Test CA")
        #expect(certificate.serial == "1003")
        #expect(certificate.fingerprint.count == 40)
        #expect(certificate.validFrom == "Jan  1 00:00:00 2020 GMT")
        #expect(certificate.validUntil == "Jan  1 00:00:00 2124 GMT")
        #expect(certificate.daysLeft(now: 1_577_836_800) == 37985)
        #expect(certificate.daysLeft(now: 5_000_000_000) == 0)
    }

    @Test func `the certificate itself comes raw, folded and escaped`() throws {
        let pair = try pair(Fixtures.good)
        let certificate = try #require(pair.server.peerCertificate)
        guard case .data(let original, _) = Fixtures.goodCertificate else { return }
        #expect(certificate.pem == original)
        let folded = String(decoding: certificate.headerPEM, as: UTF8.self)
        #expect(folded.hasPrefix("-----BEGIN CERTIFICATE-----\n\tMII"))
        #expect(folded.hasSuffix("\n\t-----END CERTIFICATE-----"))
        #expect(String(decoding: certificate.escapedPEM, as: UTF8.self).hasPrefix("-----BEGIN%20CERTIFICATE-----%0AMII"))
    }

    static let names = [
        ("example.com", true), ("www.example.org", true), ("other.example", false), ("10.0.0.1", true), ("10.0.0.2", false),
    ]

    @Test(arguments: names)
    func `an upstream is verified by chain and name`(_ name: String, _ isAccepted: Bool) throws {
        let made = try SelfSigned.make(names: ["example.com", "*.example.org", "10.0.0.1"])
        let server = try Contexts.server { $0.certificates = [.init(chain: .data(made.certificatePEM), key: .data(made.keyPEM))] }
        let client = try Contexts.client {
            $0.verifies = true
            $0.trustedCertificates = .data(made.certificatePEM)
        }
        let result = try ConnectionPair(server, client, verifying: name).handshake().client
        let refusal = TLSError(.verification, "upstream SSL certificate does not match \"\(name)\"")
        #expect(result == (isAccepted ? .done : .failed(refusal)))
    }

    @Test func `an upstream that nobody vouches for is refused`() throws {
        let client = try Contexts.client { $0.verifies = true }
        let result = try ConnectionPair(Contexts.server(), client, verifying: "example.com").handshake().client
        #expect(result == .failed(TLSError(.verification, "upstream SSL certificate verify error: (18:self-signed certificate)")))
    }

    @Test(arguments: [("ECDHE-RSA-AES128-GCM-SHA256", "CN=rsa.example.com"), ("ECDHE-ECDSA-AES128-GCM-SHA256", "CN=example.com")])
    func `a server has certificates of several kinds`(_ ciphers: String, _ subject: String) throws {
        let server = try Contexts.server {
            $0.protocols = [.tls12]
            $0.certificates.append(Fixtures.rsa)
        }
        let pair = try ConnectionPair(server, Contexts.client { $0.ciphers = ciphers })
        pair.handshake()
        #expect(pair.client.peerCertificate?.subject == subject)
        #expect(pair.server.cipher == ciphers)
    }
}
