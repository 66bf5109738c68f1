/// Everything a location needs to speak TLS to upstreams: an `SSL_CTX`, built once per configuration.
///
/// `@unchecked Sendable`: set up in `init`, never changed later; OpenSSL locks its own reference counts.
package final class TLSClientContext: @unchecked Sendable {
    let handle: ContextHandle
    let verifies: Bool
    let recordSize: Int
    package let reusesSessions: Bool

    /// Reads the files that the configuration names. Throws `.configuration` with nginx's sentence.
    package init(_ configuration: TLSClientConfiguration) throws(TLSError) {
        ErrorQueue.clear()
        verifies = configuration.verifies
        reusesSessions = configuration.reusesSessions
        recordSize = min(max(configuration.recordSize, 512), 16384)
        let handle = try ContextHandle(protocols: configuration.protocols)
        let seed = Seed()
        try handle.setCiphers(configuration.ciphers, suites: configuration.cipherSuites)
        if let certificate = configuration.certificate {
            try handle.load(certificate, passwords: configuration.passwords, seed: seed)
        }
        handle.setVerification(depth: configuration.verifyDepth, requestsCertificate: false)
        if let source = configuration.trustedCertificates { try handle.loadAuthorities(source, advertises: false, seed: seed) }
        if let source = configuration.crl { try handle.loadRevocations(source) }
        try handle.setOfferedProtocols(ApplicationProtocols.wire(configuration.alpn))
        try handle.apply(configuration.confCommands)
        if configuration.reusesSessions { handle.keepClientSessions() }
        self.handle = handle
    }
}
