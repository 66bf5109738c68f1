/// Certificates that variables name, kept for the handshakes that follow. Those with an encrypted key are not, as in nginx.
package final class CertificateCache: Sendable {
    private struct Key: Hashable {
        var chain: PEMSource
        var key: PEMSource
    }

    private let recent: SessionLock<RecentCertificates<Key, TLSCertificate>>

    package init(_ rules: CertificateCacheRules) {
        recent = SessionLock(RecentCertificates(rules))
    }

    /// Gives out what is kept, or reads it: blocks for as long as the files take.
    package func certificate(chain: PEMSource, key: PEMSource, passwords: [[UInt8]]) throws(TLSError) -> TLSCertificate {
        let name = Key(chain: chain, key: key)
        let now = EpochClock.now
        if let known = recent.withLock({ $0.find(name, now: now) }) { return known }
        let certificate = try TLSCertificate(chain: chain, key: key, passwords: passwords)
        if !certificate.hasEncryptedKey { recent.withLock { $0.insert(certificate, for: name, now: now) } }
        return certificate
    }
}
