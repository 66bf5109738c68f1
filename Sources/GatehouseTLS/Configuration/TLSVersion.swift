import COpenSSL

/// A protocol version, as `ssl_protocols` names it.
package enum TLSVersion: String, Sendable, CaseIterable, Hashable {
    case ssl3 = "SSLv3"
    case tls10 = "TLSv1"
    case tls11 = "TLSv1.1"
    case tls12 = "TLSv1.2"
    case tls13 = "TLSv1.3"

    /// nginx's default for `ssl_protocols` and `proxy_ssl_protocols`.
    package static let standard: Set<TLSVersion> = [.tls12, .tls13]

    var bit: UInt32 {
        switch self {
        case .ssl3: UInt32(GATEHOUSE_SSL3)
        case .tls10: UInt32(GATEHOUSE_TLS10)
        case .tls11: UInt32(GATEHOUSE_TLS11)
        case .tls12: UInt32(GATEHOUSE_TLS12)
        case .tls13: UInt32(GATEHOUSE_TLS13)
        }
    }

    static func bits(of versions: Set<TLSVersion>) -> UInt32 {
        versions.reduce(0) { $0 | $1.bit }
    }
}
