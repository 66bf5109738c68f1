/// Everything a virtual server needs to end TLS: an `SSL_CTX`, built once per configuration.
///
/// `@unchecked Sendable`: set up in `init`, never changed later; OpenSSL locks its own reference counts and session lists, and the
/// shared cache and ticket keys have their own lock.
package final class TLSServerContext: @unchecked Sendable {
    let handle: ContextHandle
    let rejectsHandshake: Bool
    let usesEarlyData: Bool
    let recordSize: Int
    let sessionTimeout: Int
    let cache: TLSSessionCache?
    let ticketKeys: TicketKeys?
    /// Accepted application protocols, in wire form.
    let alpn: [UInt8]
    /// `ssl_verify_client`; what it means for a request is decided above, from `TLSConnection.clientVerification`.
    package let verifyClient: TLSServerConfiguration.ClientVerification
    /// Digest of name, certificates and client-certificate rules: sessions are resumed only where it is the same.
    package let sessionIDContext: [UInt8]
    /// `nil` without `ssl_stapling`.
    let staples: Staples?
    /// What was ignored, for the log.
    package let warnings: [String]

    /// Reads the files that the configuration names. Throws `.configuration` with nginx's sentence.
    /// `shared` keeps named session caches and their ticket keys over reloads.
    package init(_ configuration: TLSServerConfiguration, shared: TLSSharedState = TLSSharedState()) throws(TLSError) {
        ErrorQueue.clear()
        rejectsHandshake = configuration.rejectsHandshake
        usesEarlyData = configuration.earlyData
        recordSize = min(max(configuration.recordSize, 512), 16384)
        sessionTimeout = configuration.sessionTimeout
        verifyClient = configuration.verifyClient
        alpn = try ApplicationProtocols.wire(configuration.alpn)
        warnings = configuration.certificateCompression ? ["\"ssl_certificate_compression\" ignored, not supported"] : []
        let handle = try ContextHandle(protocols: configuration.protocols)
        let seed = Seed()
        try handle.applyKeys(configuration, seed: seed)
        try handle.applyClientRules(configuration, seed: seed)
        try handle.applyAlgorithms(configuration)
        staples =
            try configuration.staples
            ? configuration.staplingFile.map { source throws(TLSError) in try Staples(reading: source) } ?? Staples() : nil
        sessionIDContext = seed.finish()
        try handle.setSessionIDContext(sessionIDContext)
        cache = shared.cache(for: configuration.sessionCache)
        ticketKeys = try TicketKeys.make(configuration, shared: shared)
        handle.applySessions(configuration)
        try handle.apply(configuration.confCommands)
        self.handle = handle
        self.handle.installCallbacks(for: self)
    }
}

extension ContextHandle {
    fileprivate func applyKeys(_ configuration: TLSServerConfiguration, seed: borrowing Seed) throws(TLSError) {
        seed.update(configuration.sessionIDContext)
        for name in configuration.variableCertificates { seed.update(Array(name.utf8)) }
        for certificate in configuration.certificates {
            try load(certificate, passwords: configuration.passwords, seed: seed)
        }
    }

    fileprivate func applyClientRules(_ configuration: TLSServerConfiguration, seed: borrowing Seed) throws(TLSError) {
        let isRequested = configuration.verifyClient != .off
        if isRequested && configuration.verifyClient != .optionalNoCA
            && configuration.clientCertificates == nil && configuration.trustedCertificates == nil
        {
            throw TLSError(.configuration, "no ssl_client_certificate or ssl_trusted_certificate for ssl_verify_client")
        }
        seed.update(Array("\(configuration.verifyClient) \(configuration.verifyDepth) \(configuration.crl?.name ?? "")".utf8))
        setVerification(depth: configuration.verifyDepth, requestsCertificate: isRequested)
        if isRequested, let source = configuration.clientCertificates { try loadAuthorities(source, advertises: true, seed: seed) }
        if let source = configuration.trustedCertificates { try loadAuthorities(source, advertises: false, seed: seed) }
        if let source = configuration.crl { try loadRevocations(source) }
    }

    fileprivate func applyAlgorithms(_ configuration: TLSServerConfiguration) throws(TLSError) {
        try setCiphers(configuration.ciphers, suites: configuration.cipherSuites)
        if configuration.prefersServerCiphers { preferServerCiphers() }
        if let path = configuration.dhParameters { try loadDHParameters(path: path) }
        try setGroups(configuration.ecdhCurve)
    }

    fileprivate func applySessions(_ configuration: TLSServerConfiguration) {
        setSessionTimeout(configuration.sessionTimeout)
        setSessionCache(configuration.sessionCache)
        if !configuration.sessionTickets { refuseTickets() }
        if configuration.earlyData { allowEarlyData() }
        limitTickets()
    }
}
