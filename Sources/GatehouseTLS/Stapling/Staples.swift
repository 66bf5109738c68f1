import COpenSSL

/// The OCSP responses that a server sends with its certificates (RFC 6066 section 8), each replaced by a newer one while handshakes go on.
package final class Staples: Sendable {
    private struct State {
        /// By the address of the certificate, which its context keeps.
        var byCertificate: [UInt: [UInt8]] = [:]
        /// `ssl_stapling_file`: for every certificate.
        var common: [UInt8]?
    }
    private let state = SessionLock(State())

    init() {}

    /// With a ready response, DER (`ssl_stapling_file`).
    init(reading source: PEMSource) throws(TLSError) {
        var bytes: UnsafeMutablePointer<UInt8>?
        let (unopened, count) = try unsafe MemoryText.read(source) { bio throws(TLSError) in unsafe gatehouse_ocsp_read(bio, &bytes) }
        // Allocated by the call where it succeeds, copied, and freed here.
        defer { unsafe CRYPTO_free(bytes, nil, 0) }
        if let unopened { throw TLSError(.configuration, ErrorQueue.describe("\(unopened.dropLast(2))(\"\(source.name)\") failed")) }
        guard let count, count > 0 else {
            throw TLSError(.configuration, ErrorQueue.describe("d2i_OCSP_RESPONSE_bio(\"\(source.name)\") failed"))
        }
        let response = unsafe Array(UnsafeBufferPointer(start: bytes, count: Int(count)))
        state.withLock { $0.common = response }
    }

    /// `nil` takes it away.
    func set(_ response: [UInt8]?, certificate: UInt) { state.withLock { $0.byCertificate[certificate] = response } }

    func response(certificate: UInt) -> [UInt8]? { state.withLock { $0.common ?? $0.byCertificate[certificate] } }
}
