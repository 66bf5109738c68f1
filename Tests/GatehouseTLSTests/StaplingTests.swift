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
            $0.staplingFile = path
        }
        #expect(try stapled(by: server, asks: true) == response)
        #expect(try stapled(by: server, asks: false) == nil)
        #expect(try stapled(by: Contexts.server { $0.protocols = [version] }, asks: true) == nil)
    }

    @Test func `a file that holds no OCSP response is refused`() throws {
        let path = try Self.writeTemporary([1, 2, 3])
        // The string is copied for the call.
        defer { unsafe _ = unlink(path) }
        #expect(throws: TLSError.self) { try Contexts.server { $0.staplingFile = path } }
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
