import COpenSSL

/// What OpenSSL knows about a connection, copied out. The handle owns the `SSL`, so every pointer below is alive while it is read.
extension ConnectionHandle {
    var isTLS13: Bool { unsafe SSL_version(pointer) == TLS1_3_VERSION }

    var version: String { unsafe String(cString: SSL_get_version(pointer)) }

    var cipher: String {
        guard let cipher = unsafe SSL_get_current_cipher(pointer) else { return "" }
        return unsafe String(cString: SSL_CIPHER_get_name(cipher))
    }

    var offeredCiphers: String { unsafe MemoryText.string { unsafe gatehouse_write_ciphers(pointer, $0) } }

    var curve: String { unsafe MemoryText.string { unsafe gatehouse_write_curve(pointer, $0) } }

    var offeredCurves: String { unsafe MemoryText.string { unsafe gatehouse_write_curves(pointer, $0) } }

    var offeredSignatureAlgorithms: String { unsafe MemoryText.string { unsafe gatehouse_write_signature_algorithms(pointer, $0) } }

    var serverName: String? {
        guard let name = unsafe SSL_get_servername(pointer, TLSEXT_NAMETYPE_host_name) else { return nil }
        return unsafe String(cString: name)
    }

    var applicationProtocol: String? {
        var bytes: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        unsafe SSL_get0_alpn_selected(pointer, &bytes, &count)
        return count == 0 ? nil : unsafe String(decoding: UnsafeBufferPointer(start: bytes, count: Int(count)), as: UTF8.self)
    }

    var isResumed: Bool { unsafe SSL_session_reused(pointer) == 1 }

    var sessionID: [UInt8] {
        guard let session = unsafe SSL_get_session(pointer) else { return [] }
        var count: UInt32 = 0
        let bytes = unsafe SSL_SESSION_get_id(session, &count)
        return unsafe Array(UnsafeBufferPointer(start: bytes, count: Int(count)))
    }

    var hasReceivedClose: Bool { unsafe SSL_get_shutdown(pointer) & SSL_RECEIVED_SHUTDOWN != 0 }

    var peerCertificate: PeerCertificate? {
        // The reference taken here is given to the value.
        guard let certificate = unsafe SSL_get1_peer_certificate(pointer) else { return nil }
        return unsafe PeerCertificate(adopting: certificate)
    }

    var hasPeerCertificate: Bool { unsafe SSL_get0_peer_certificate(pointer) != nil }

    /// An `X509_V_` code with its sentence; nil where the chain is good (or there is none).
    var verificationFailure: (code: Int, reason: String)? {
        let result = unsafe SSL_get_verify_result(pointer)
        guard result != Int(X509_V_OK) else { return nil }
        // A static string.
        return unsafe (result, String(cString: X509_verify_cert_error_string(result)))
    }
}

/// What is set before or within a handshake.
extension ConnectionHandle {
    /// Lets callbacks find `owner`. They only run inside calls on this handle, which `owner` owns: so it is alive then, unretained.
    func setOwner(_ owner: TLSConnection) {
        unsafe gatehouse_ssl_set_app_data(pointer, Unmanaged.passUnretained(owner).toOpaque())
    }

    /// The connection behind an `SSL` that a callback was given, see `setOwner`.
    static func owner(of ssl: OpaquePointer?) -> TLSConnection? {
        guard let ssl = unsafe ssl, let data = unsafe gatehouse_ssl_get_app_data(ssl) else { return nil }
        return unsafe Unmanaged<TLSConnection>.fromOpaque(data).takeUnretainedValue()
    }

    /// The name that a client sends. OpenSSL copies it.
    func setServerName(_ name: String) { unsafe _ = gatehouse_ssl_set_server_name(pointer, name) }

    /// Offers a session to the server. OpenSSL takes a reference of its own.
    func offer(_ session: TLSSession) { unsafe _ = SSL_set_session(pointer, session.pointer) }

    /// Shows a certificate of its own. Gives back what failed.
    func show(_ certificate: TLSCertificate) -> TLSError? { unsafe certificate.use(on: pointer) }

    /// Follows another context in certificates, client-certificate rules, versions and options.
    func follow(_ context: borrowing ContextHandle) -> Bool { unsafe gatehouse_ssl_switch_context(pointer, context.pointer) == 1 }
}
