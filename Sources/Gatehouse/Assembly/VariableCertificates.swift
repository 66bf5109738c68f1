import GatehouseConfig
import GatehouseTLS

/// The certificates of a server or location whose names hold variables: read when a handshake needs them.
package struct VariableCertificates: Sendable {
    package let pairs: [(chain: Template, key: Template)]
    private let passwords: [[UInt8]]
    private let cache: CertificateCache?
    /// Where relative names begin; ends in a slash.
    private let directory: String

    package init(_ pairs: [(chain: Template, key: Template)], passwords: [[UInt8]], cache: CertificateCache?, directory: String) {
        self.pairs = pairs
        self.passwords = passwords
        self.cache = cache
        self.directory = directory
    }

    /// The certificates of this moment, none for an empty name. Blocks for as long as files take that are not in the cache.
    /// - Parameter render: gives the value of a name.
    package func certificates(_ render: (Template) -> [UInt8]) throws(TLSError) -> [TLSCertificate] {
        var certificates: [TLSCertificate] = []
        for pair in pairs {
            let chain = String(decoding: render(pair.chain), as: UTF8.self)
            if chain.isEmpty { continue }
            let key = String(decoding: render(pair.key), as: UTF8.self)
            certificates.append(try certificate(chain: try source(chain), key: try source(key)))
        }
        return certificates
    }

    private func certificate(chain: PEMSource, key: PEMSource) throws(TLSError) -> TLSCertificate {
        if let cache { return try cache.certificate(chain: chain, key: key, passwords: passwords) }
        return try TLSCertificate(chain: chain, key: key, passwords: passwords)
    }

    private func source(_ text: String) throws(TLSError) -> PEMSource {
        try PEMSource(text) { .file($0.hasPrefix("/") ? $0 : directory + $0) }
    }
}

/// The caches that `ssl_certificate_cache` and `proxy_ssl_certificate_cache` open: one for each place they stand at, shared by all that
/// inherit it.
package final class CertificateCaches {
    private var caches: [SourcePosition: CertificateCache] = [:]

    package init() {}

    package func cache(for settings: CertificateCacheSettings?) -> CertificateCache? {
        guard let settings else { return nil }
        if let known = caches[settings.position] { return known }
        let rules = CertificateCacheRules(
            maximum: settings.maximum, inactive: Int(settings.inactive.components.seconds), valid: Int(settings.valid.components.seconds))
        let cache = CertificateCache(rules)
        caches[settings.position] = cache
        return cache
    }
}
