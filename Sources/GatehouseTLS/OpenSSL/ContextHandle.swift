import COpenSSL

/// Owns one `SSL_CTX`. Set up by one thread; afterwards only read, which OpenSSL allows from any thread.
@safe
struct ContextHandle: ~Copyable {
    let pointer: OpaquePointer

    init(protocols: Set<TLSVersion>) throws(TLSError) {
        guard let pointer = unsafe gatehouse_ctx_new(TLSVersion.bits(of: protocols)) else {
            throw TLSError(.configuration, ErrorQueue.describe("SSL_CTX_new() failed"))
        }
        unsafe self.pointer = pointer
    }

    deinit {
        // Connections hold references of their own to the `SSL_CTX`, and their context object, which owns this handle.
        unsafe SSL_CTX_free(pointer)
    }

    func setCiphers(_ ciphers: String, suites: String?) throws(TLSError) {
        // The context is alive as long as this handle; the strings are copied by OpenSSL. The same holds for all methods here.
        guard unsafe SSL_CTX_set_cipher_list(pointer, ciphers) == 1 else { throw failure("SSL_CTX_set_cipher_list(\"\(ciphers)\")") }
        guard let suites else { return }
        guard unsafe SSL_CTX_set_ciphersuites(pointer, suites) == 1 else { throw failure("SSL_CTX_set_ciphersuites(\"\(suites)\")") }
    }

    func preferServerCiphers() { unsafe gatehouse_ctx_set_server_preference(pointer) }

    func setGroups(_ list: String) throws(TLSError) {
        guard list != "auto" else { return }
        guard unsafe gatehouse_ctx_set_groups(pointer, list) == 1 else { throw failure("SSL_CTX_set1_curves_list(\"\(list)\")") }
    }

    func setVerification(depth: Int, requestsCertificate: Bool) {
        if requestsCertificate { unsafe gatehouse_ctx_request_client_certificate(pointer) }
        unsafe SSL_CTX_set_verify_depth(pointer, Int32(clamping: depth))
    }

    func setSessionTimeout(_ seconds: Int) { unsafe _ = SSL_CTX_set_timeout(pointer, seconds) }

    func refuseTickets() { unsafe gatehouse_ctx_refuse_tickets(pointer) }

    /// OpenSSL sends two tickets a handshake by default; the second costs 18 µs and few clients use it.
    func limitTickets() { unsafe _ = SSL_CTX_set_num_tickets(pointer, 1) }

    func setSessionCache(_ cache: TLSServerConfiguration.SessionCache) {
        switch cache {
        case .off: unsafe gatehouse_ctx_set_cache(pointer, Int32(GATEHOUSE_CACHE_OFF), 0)
        case .none: unsafe gatehouse_ctx_set_cache(pointer, Int32(GATEHOUSE_CACHE_NONE), 0)
        case .builtin(let sessions): unsafe gatehouse_ctx_set_cache(pointer, Int32(GATEHOUSE_CACHE_BUILTIN), sessions ?? 0)
        case .shared: unsafe gatehouse_ctx_set_cache(pointer, Int32(GATEHOUSE_CACHE_SHARED), 0)
        }
    }

    /// Hands new client sessions to their connections, see `TLSConnection.onNewSession`.
    func keepClientSessions() { unsafe ClientCallbacks.install(on: pointer) }

    /// `owner` owns this handle; connections keep it for as long as they may call back, see `TLSConnection.server` and
    /// `selectedContext`.
    func installCallbacks(for owner: TLSServerContext) {
        unsafe ServerCallbacks.install(on: pointer, owner: Unmanaged.passUnretained(owner).toOpaque(), for: owner)
    }

    /// At most 16 KiB of it.
    func allowEarlyData() { unsafe gatehouse_ctx_allow_early_data(pointer, 16384) }

    func setSessionIDContext(_ bytes: [UInt8]) throws(TLSError) {
        guard unsafe SSL_CTX_set_session_id_context(pointer, bytes, UInt32(bytes.count)) == 1 else {
            throw failure("SSL_CTX_set_session_id_context()")
        }
    }

    func setOfferedProtocols(_ wire: [UInt8]) throws(TLSError) {
        guard !wire.isEmpty else { return }
        // Unlike its siblings this function returns 0 for success.
        guard unsafe SSL_CTX_set_alpn_protos(pointer, wire, UInt32(wire.count)) == 0 else { throw failure("SSL_CTX_set_alpn_protos()") }
    }

    func loadDHParameters(path: String) throws(TLSError) {
        guard let bio = unsafe BIO_new_file(path, "r") else { throw failure("BIO_new_file(\"\(path)\")") }
        defer { unsafe BIO_free(bio) }
        if let failed = unsafe gatehouse_ctx_load_dh(pointer, bio) { throw unsafe failure("\(String(cString: failed))(\"\(path)\")") }
    }

    /// Runs `ssl_conf_command` pairs in order.
    func apply(_ commands: [(name: String, value: String)]) throws(TLSError) {
        guard !commands.isEmpty else { return }
        guard let context = unsafe SSL_CONF_CTX_new() else { throw failure("SSL_CONF_CTX_new()") }
        defer { unsafe SSL_CONF_CTX_free(context) }
        unsafe SSL_CONF_CTX_set_flags(context, gatehouse_conf_flags())
        unsafe SSL_CONF_CTX_set_ssl_ctx(context, pointer)
        for (name, value) in commands where unsafe SSL_CONF_cmd(context, name, value) <= 0 {
            throw failure("SSL_CONF_cmd(\"\(name)\", \"\(value)\")")
        }
        guard unsafe SSL_CONF_CTX_finish(context) == 1 else { throw failure("SSL_CONF_finish()") }
    }

    func failure(_ call: String) -> TLSError {
        TLSError(.configuration, ErrorQueue.describe("\(call) failed"))
    }
}
