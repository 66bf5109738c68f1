import COpenSSL
import Glibc
import Testing

@testable import GatehouseTLS

@Suite struct StaplingTests {
    @Test(arguments: [TLSVersion.tls12, .tls13])
    func `clients that ask get the OCSP response of the file`(_ version: TLSVersion) throws {
        let response = Self.bytes(ofHex: Fixtures.ocspResponse)
        let path = try Self.writeTemporary(response)
        // The string is copied for the call.
        defer { unsafe _ = unlink(path) }
        let server = try Contexts.server {
            $0.protocols = [version]
            $0.certificates = [Fixtures.good]
            $0.staples = true
            $0.staplingFile = .file(path)
        }
        #expect(try stapled(by: server, asks: true) == response)
        #expect(try stapled(by: server, asks: false) == nil)
        #expect(try stapled(by: Contexts.server { $0.protocols = [version] }, asks: true) == nil)
    }

    @Test func `a file that holds no OCSP response is refused`() throws {
        let path = try Self.writeTemporary([1, 2, 3])
        // The string is copied for the call.
        defer { unsafe _ = unlink(path) }
        #expect(throws: TLSError.self) {
            try Contexts.server {
                $0.staples = true
                $0.staplingFile = .file(path)
            }
        }
    }

    @Test func `a certificate names its responder and is asked about`() throws {
        let certificates = try Self.server().stapledCertificates()
        #expect(certificates.map(\.responder) == ["http://ocsp.test:8080/path"])
        #expect(try certificates.map { try $0.request() } == [OCSPFixtures.request])
    }

    @Test func `a good answer is sent until it is taken away`() throws {
        let server = try Self.server()
        let certificate = try #require(try server.stapledCertificates().first)
        #expect(try stapled(by: server, asks: true) == nil)
        let until = try #require(try certificate.staple(OCSPFixtures.good, verifies: true))
        #expect(until > 4_800_000_000)
        #expect(try stapled(by: server, asks: true) == OCSPFixtures.good)
        certificate.unstaple()
        #expect(try stapled(by: server, asks: true) == nil)
    }

    @Test(arguments: [
        ("certificate status \"revoked\" in the OCSP response", OCSPFixtures.revoked),
        ("OCSP_check_validity() failed", OCSPFixtures.ended),
        ("certificate status not found in the OCSP response", OCSPFixtures.other),
        ("OCSP_basic_verify() failed", OCSPFixtures.stranger),
        ("d2i_OCSP_RESPONSE() failed", [0x30, 0x80, 0]),
        // "tryLater", RFC 6960 section 2.3.
        ("OCSP response not successful", [0x30, 0x03, 0x0a, 0x01, 0x03]),
    ])
    func `any other answer is refused, and what was sent before stays`(_ reason: String, _ response: [UInt8]) throws {
        let server = try Self.server()
        let certificate = try #require(try server.stapledCertificates().first)
        _ = try certificate.staple(OCSPFixtures.good, verifies: true)
        let error = #expect(throws: TLSError.self) { try certificate.staple(response, verifies: true) }
        #expect(error?.message.hasPrefix(reason) == true)
        #expect(try stapled(by: server, asks: true) == OCSPFixtures.good)
    }

    @Test func `who signed counts only where it is to be verified`() throws {
        let certificate = try #require(try Self.server().stapledCertificates().first)
        #expect(throws: Never.self) { try certificate.staple(OCSPFixtures.stranger, verifies: false) }
    }

    @Test func `an issuer is looked for among the trusted certificates, and has to be known`() throws {
        let trusting = try Self.server {
            $0.trustedCertificates = OCSPFixtures.authority
            $0.certificates = [OCSPFixtures.lone]
        }
        #expect(try trusting.stapledCertificates().count == 1)
        let alone = try Self.server {
            $0.trustedCertificates = nil
            $0.certificates = [OCSPFixtures.lone]
        }
        #expect(throws: TLSError.self) { try alone.stapledCertificates() }
    }

    private static func server(change: (inout TLSServerConfiguration) -> Void = { _ in }) throws -> TLSServerContext {
        try Contexts.server {
            $0.certificates = [OCSPFixtures.certificate]
            $0.trustedCertificates = OCSPFixtures.authority
            $0.staples = true
            change(&$0)
        }
    }

    private func stapled(by server: TLSServerContext, asks: Bool) throws -> [UInt8]? {
        let pair = try ConnectionPair(server, Contexts.client())
        let ssl = unsafe pair.client.handle.pointer
        // What OpenSSL's macros for status requests do; the connection lives to the end of this function.
        if asks { unsafe _ = SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_STATUS_REQ_TYPE, Int(TLSEXT_STATUSTYPE_ocsp), nil) }
        #expect(pair.handshake().server == .done)
        var bytes: UnsafePointer<UInt8>?
        let count = unsafe SSL_ctrl(ssl, SSL_CTRL_GET_TLSEXT_STATUS_REQ_OCSP_RESP, 0, &bytes)
        return count > 0 ? unsafe Array(UnsafeBufferPointer(start: bytes, count: count)) : nil
    }

    private static func bytes(ofHex text: String) -> [UInt8] {
        let digits = text.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    private static func writeTemporary(_ bytes: [UInt8]) throws -> String {
        var name = Array("/tmp/gatehouse-test-XXXXXX".utf8CString)
        // `mkstemp` changes the array in place; the lengths are the arrays'.
        let descriptor = unsafe mkstemp(&name)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        #expect(unsafe write(descriptor, bytes, bytes.count) == bytes.count)
        return String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
