/// What a location's `proxy_ssl_*` directives say about upstream connections. The defaults are nginx's.
package struct TLSClientConfiguration: Sendable {
    package var protocols = TLSVersion.standard
    package var ciphers = "DEFAULT"
    package var cipherSuites: String?
    /// Whether an upstream's chain and name have to be good (`proxy_ssl_verify`).
    package var verifies = false
    package var verifyDepth = 1
    package var trustedCertificates: PEMSource?
    package var crl: PEMSource?
    /// Shown to upstreams that ask for one.
    package var certificate: TLSServerConfiguration.Certificate?
    package var passwords: [[UInt8]] = []
    package var confCommands: [(name: String, value: String)] = []
    /// Offered to the upstream, most wanted first.
    package var alpn: [String] = []
    /// `proxy_ssl_session_reuse`: new sessions are handed out, see `TLSConnection.onNewSession`.
    package var reusesSessions = true
    /// The largest record, in bytes.
    package var recordSize = 16384

    package init() {}
}
