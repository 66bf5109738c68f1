/// What `$ssl_*` variables and the HTTP layer want to know. All are cheap enough to ask on demand; none is kept.
extension TLSConnection {
    /// What the finished handshake left to be sent is session tickets, which the client does not wait for.
    package var leavesOnlyTickets: Bool { isEstablished && server != nil && handle.isTLS13 }

    /// `$ssl_protocol`: "TLSv1.3".
    package var protocolVersion: String { handle.version }

    /// `$ssl_cipher`, in OpenSSL's spelling; empty before the handshake.
    package var cipher: String { handle.cipher }

    /// `$ssl_ciphers`: what the client offered; codes that OpenSSL does not know are hexadecimal.
    package var offeredCiphers: String { handle.offeredCiphers }

    /// `$ssl_curve`: the group of the key exchange.
    package var curve: String { handle.curve }

    /// `$ssl_curves`: the groups that the client offered.
    package var offeredCurves: String { handle.offeredCurves }

    /// `$ssl_sigalgs`: the signature algorithms that the client offered, as code points.
    package var offeredSignatureAlgorithms: String { handle.offeredSignatureAlgorithms }

    /// `$ssl_sigalg` and `$ssl_client_sigalg`: OpenSSL before 3.5 does not tell, and as in nginx they are empty then.
    package var signatureAlgorithm: String { "" }

    /// `$ssl_server_name`: the name that the client asked for.
    package var serverName: String? { handle.serverName ?? helloName }

    /// `$ssl_alpn_protocol`: the application protocol agreed on.
    package var alpn: String? { handle.applicationProtocol }

    /// `$ssl_session_reused` is "r" where this is true, else ".".
    package var isResumed: Bool { handle.isResumed }

    /// `$ssl_session_id`, lower-case hexadecimal; empty where there is none.
    package var sessionID: String {
        handle.sessionID.reduce(into: "") { text, byte in text += (byte < 16 ? "0" : "") + String(byte, radix: 16) }
    }

    /// `$ssl_early_data` is "1" for early data that is not confirmed yet. Here a request is never seen before the handshake is
    /// finished, so it never is.
    package var isEarlyData: Bool { false }

    /// Whether the peer sent close_notify.
    package var hasPeerClosed: Bool { handle.hasReceivedClose }

    /// The other side's certificate, where it showed one.
    package var peerCertificate: PeerCertificate? { handle.peerCertificate }

    /// What became of the client's certificate, for `$ssl_client_verify` and the decision that `ssl_verify_client` asks for.
    package var clientVerification: ClientVerification {
        guard handle.hasPeerCertificate else { return .none }
        guard let (code, reason) = handle.verificationFailure else { return .success }
        return .failed(reason: reason, code: code)
    }
}
