import COpenSSL

/// A certificate of a server and who issued it: knows whom to ask about it, how, and what to think of the answer (RFC 6960).
///
/// `@unchecked Sendable`: never changed after `init`; OpenSSL counts references atomically, and reading a certificate takes its own lock.
@safe
package final class StapledCertificate: @unchecked Sendable {
    private let pointer: OpaquePointer
    private let issuer: OpaquePointer
    /// Keeps the context, whose trusted certificates judge.
    private let context: TLSServerContext
    /// The URL that the certificate names; `nil` where it names none.
    package let responder: String?

    /// `nil` where the context has no more certificates.
    fileprivate init?(_ place: Int, of context: TLSServerContext) throws(TLSError) {
        // The context keeps the certificate, and this object keeps the context; the issuer's reference is ours.
        let handle = unsafe context.handle.pointer
        guard let certificate = unsafe gatehouse_ctx_certificate(handle, Int32(place)) else { return nil }
        guard let issuer = unsafe gatehouse_ctx_issuer(handle, certificate) else {
            throw TLSError(.configuration, "\"ssl_stapling\" ignored, issuer certificate not found for a certificate")
        }
        unsafe pointer = certificate
        unsafe self.issuer = issuer
        self.context = context
        let name = unsafe gatehouse_ocsp_responder(certificate)
        // Copied, then freed as OpenSSL allocated it.
        responder = unsafe name.map { unsafe String(cString: $0) }
        unsafe CRYPTO_free(name, nil, 0)
    }

    deinit { unsafe X509_free(issuer) }

    /// What a responder is sent: the body of a POST with the type `application/ocsp-request`.
    package func request() throws(TLSError) -> [UInt8] {
        var bytes: UnsafeMutablePointer<UInt8>?
        // Allocated by the call where it succeeds, copied, and freed here.
        let count = unsafe gatehouse_ocsp_request(pointer, issuer, &bytes)
        defer { unsafe CRYPTO_free(bytes, nil, 0) }
        guard count > 0 else { throw TLSError(.configuration, ErrorQueue.describe("i2d_OCSP_REQUEST() failed")) }
        return unsafe Array(UnsafeBufferPointer(start: bytes, count: Int(count)))
    }

    /// Judges a responder's answer, and sends it with the certificate from now on where it says that the certificate is good.
    /// - Parameter verifies: whether the responder's own certificate has to be trusted (`ssl_stapling_verify`).
    /// - Returns: when the answer ends, in epoch seconds; `nil` where it does not say.
    package func staple(_ response: [UInt8], verifies: Bool) throws(TLSError) -> Int? {
        var until: Int64 = -1
        let failure = unsafe gatehouse_ocsp_judge(
            context.handle.pointer, pointer, issuer, response, response.count, verifies ? 1 : 0, &until)
        // A static string of the shim.
        if let failure = unsafe failure { throw unsafe TLSError(.verification, ErrorQueue.describe(String(cString: failure))) }
        unsafe context.staples?.set(response, certificate: UInt(bitPattern: pointer))
        return until >= 0 ? Int(until) : nil
    }

    /// Sends nothing with the certificate any more: what there was has ended.
    package func unstaple() { unsafe context.staples?.set(nil, certificate: UInt(bitPattern: pointer)) }
}

extension TLSServerContext {
    /// The certificates that `ssl_stapling` is about, of those whose names hold no variables. Called before the context serves.
    package func stapledCertificates() throws(TLSError) -> [StapledCertificate] {
        var all: [StapledCertificate] = []
        while let next = try StapledCertificate(all.count, of: self) { all.append(next) }
        return all
    }
}
