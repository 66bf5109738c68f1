import COpenSSL

/// What became of a client's certificate.
package enum ClientVerification: Equatable, Sendable {
    /// None was shown.
    case none
    case success
    /// `code` is OpenSSL's `X509_V_` number, `reason` its sentence.
    case failed(reason: String, code: Int)

    /// `$ssl_client_verify`.
    package var text: String {
        switch self {
        case .none: "NONE"
        case .success: "SUCCESS"
        case .failed(let reason, _): "FAILED:\(reason)"
        }
    }

    /// Whether a request over this connection may go on under `ssl_verify_client`; where not, nginx answers 400 and says why.
    package func satisfies(_ rule: TLSServerConfiguration.ClientVerification) -> Bool {
        switch (rule, self) {
        case (.off, _), (_, .success): true
        case (.on, .none): false
        case (.optional, .none), (.optionalNoCA, .none): true
        case (.optionalNoCA, .failed(_, let code)): Self.unknownAuthority.contains(Int32(truncatingIfNeeded: code))
        case (.on, .failed), (.optional, .failed): false
        }
    }

    /// The failures that `optional_no_ca` forgives: all that a missing authority can cause.
    private static let unknownAuthority = [
        X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
        X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE,
    ]
}
