import COpenSSL

/// The C functions that OpenSSL calls back for server connections. Each finds its connection or context and asks it.
enum ServerCallbacks {
    /// `owner` is `context`, unretained.
    static func install(on pointer: OpaquePointer, owner: UnsafeMutableRawPointer, for context: TLSServerContext) {
        // The functions below capture nothing; `owner` is alive whenever one runs, see `ContextHandle.installCallbacks`.
        unsafe gatehouse_ctx_set_app_data(pointer, owner)
        unsafe SSL_CTX_set_client_hello_cb(pointer, clientHello, nil)
        unsafe gatehouse_ctx_acknowledge_server_name(pointer)
        if !context.alpn.isEmpty { unsafe SSL_CTX_set_alpn_select_cb(pointer, selectProtocol, owner) }
        if context.staples != nil { unsafe gatehouse_ctx_set_status_callback(pointer, staple, owner) }
        if context.ticketKeys != nil { unsafe gatehouse_ctx_set_ticket_callback(pointer, keyTicket) }
        guard context.cache != nil else { return }
        unsafe SSL_CTX_sess_set_new_cb(pointer, storeSession)
        unsafe SSL_CTX_sess_set_get_cb(pointer, findSession)
        unsafe SSL_CTX_sess_set_remove_cb(pointer, removeSession)
    }

    private static let clientHello: SSL_client_hello_cb_fn = { ssl, alert, _ in
        // OpenSSL passes a live SSL, and a place for the alert; the name points into the ClientHello and is copied.
        guard let connection = unsafe ConnectionHandle.owner(of: ssl) else { return SSL_CLIENT_HELLO_ERROR }
        var bytes: UnsafePointer<UInt8>?
        var count = 0
        let found = unsafe gatehouse_client_hello_name(ssl, &bytes, &count)
        let name = found == 1 ? unsafe String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self) : nil
        switch connection.receiveClientHello(name: name, isMalformed: found < 0) {
        case .proceed: return SSL_CLIENT_HELLO_SUCCESS
        case .alert(let code):
            unsafe alert?.pointee = code
            return SSL_CLIENT_HELLO_ERROR
        }
    }

    private static let selectProtocol: SSL_CTX_alpn_select_cb_func = { _, chosen, chosenCount, offered, offeredCount, owner in
        // `owner` is the context that the connection follows, see `install`. The choice points into `offered` or `alpn`:
        // OpenSSL copies it right after the call; `offered` is preferred by asking with our list as the server's.
        guard let owner = unsafe owner else { return SSL_TLSEXT_ERR_NOACK }
        let context = unsafe Unmanaged<TLSServerContext>.fromOpaque(owner).takeUnretainedValue()
        guard let range = unsafe context.preferredProtocol(among: Span(_unsafeStart: offered!, count: Int(offeredCount))) else {
            return SSL_TLSEXT_ERR_ALERT_FATAL
        }
        unsafe chosen?.pointee = offered! + range.lowerBound
        unsafe chosenCount?.pointee = UInt8(range.count)
        return SSL_TLSEXT_ERR_OK
    }

    private static let staple: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?) -> Int32 = { ssl, owner in
        // `owner` is the context that the connection follows, see `install`; the response is copied.
        guard let owner = unsafe owner else { return SSL_TLSEXT_ERR_NOACK }
        let context = unsafe Unmanaged<TLSServerContext>.fromOpaque(owner).takeUnretainedValue()
        let certificate = UInt(bitPattern: unsafe SSL_get_certificate(ssl))
        guard let response = context.staples?.response(certificate: certificate) else { return SSL_TLSEXT_ERR_NOACK }
        return unsafe gatehouse_ssl_staple(ssl, response, response.count)
    }

    private static let storeSession: @convention(c) (OpaquePointer?, OpaquePointer?) -> Int32 = { ssl, session in
        // Both are alive for the call; the session is copied, so no reference is kept (0).
        guard let context = unsafe ConnectionHandle.owner(of: ssl)?.server, let cache = context.cache else { return 0 }
        // TLS 1.3 stores sessions here even where the ticket already holds everything.
        if unsafe SSL_version(ssl) == TLS1_3_VERSION && gatehouse_ssl_is_ticketless(ssl) == 0 { return 0 }
        let count = unsafe i2d_SSL_SESSION(session, nil)
        guard count > 0, count <= TLSSessionCache.largestSession else { return 0 }
        var encoded = [UInt8](repeating: 0, count: Int(count))
        unsafe encoded.withUnsafeMutableBufferPointer { buffer in
            var next = buffer.baseAddress
            unsafe _ = i2d_SSL_SESSION(session, &next)
        }
        cache.insert(unsafe identifier(of: session), encoded, lifetime: context.sessionTimeout)
        return 0
    }

    private typealias FindSession =
        @convention(c) (OpaquePointer?, UnsafePointer<UInt8>?, Int32, UnsafeMutablePointer<Int32>?) -> OpaquePointer?

    private static let findSession: FindSession = { ssl, id, count, copies in
        // `id` has `count` bytes; the session returned is new, and OpenSSL's to free (no further reference).
        unsafe copies?.pointee = 0
        guard let cache = unsafe ConnectionHandle.owner(of: ssl)?.server?.cache else { return nil }
        guard let encoded = cache.find(unsafe Array(UnsafeBufferPointer(start: id, count: Int(count)))) else { return nil }
        return unsafe encoded.withUnsafeBufferPointer { buffer in
            var next = buffer.baseAddress
            return unsafe d2i_SSL_SESSION(nil, &next, buffer.count)
        }
    }

    private static let removeSession: @convention(c) (OpaquePointer?, OpaquePointer?) -> Void = { pointer, session in
        // Runs inside calls on connections of this context only: with no internal cache, freeing the context removes nothing.
        guard let pointer = unsafe pointer, let owner = unsafe gatehouse_ctx_get_app_data(pointer) else { return }
        let context = unsafe Unmanaged<TLSServerContext>.fromOpaque(owner).takeUnretainedValue()
        context.cache?.remove(unsafe identifier(of: session))
    }

    private static func identifier(of session: OpaquePointer?) -> [UInt8] {
        var count: UInt32 = 0
        // Points into the session, which the caller holds.
        let bytes = unsafe SSL_SESSION_get_id(session, &count)
        return unsafe Array(UnsafeBufferPointer(start: bytes, count: Int(count)))
    }

    private static let keyTicket: gatehouse_ticket_callback = { ssl, name, iv, cipher, mac, encrypts in
        // RFC 5077: `name` has 16 bytes and `iv` EVP_MAX_IV_LENGTH, both OpenSSL's, for reading or writing as `encrypts` says.
        guard let keys = unsafe ConnectionHandle.owner(of: ssl)?.server?.ticketKeys else { return -1 }
        guard let name = unsafe name, let iv = unsafe iv else { return -1 }
        if encrypts == 1 {
            let key = keys.current()
            guard unsafe RAND_bytes(iv, 16) == 1 else { return -1 }
            for (index, byte) in key.name.enumerated() { unsafe name[index] = byte }
            return unsafe gatehouse_ticket_init(cipher, mac, key.aes, key.hmac, key.aes.count, iv, 1)
        }
        let wanted = unsafe Array(UnsafeBufferPointer(start: name, count: 16))
        guard let (key, isCurrent) = keys.find(wanted) else { return 0 }
        guard unsafe gatehouse_ticket_init(cipher, mac, key.aes, key.hmac, key.aes.count, iv, 0) == 1 else { return -1 }
        // 2 renews the ticket: always in TLS 1.3, where a ticket is used once (RFC 8446 section C.4).
        return unsafe !isCurrent || SSL_version(ssl) == TLS1_3_VERSION ? 2 : 1
    }
}

/// The one C function that OpenSSL calls back for client connections.
enum ClientCallbacks {
    static func install(on pointer: OpaquePointer) {
        // The function below captures nothing.
        unsafe gatehouse_ctx_set_cache(pointer, Int32(GATEHOUSE_CACHE_CLIENT), 0)
        unsafe SSL_CTX_sess_set_new_cb(pointer, keepSession)
    }

    private static let keepSession: @convention(c) (OpaquePointer?, OpaquePointer?) -> Int32 = { ssl, session in
        // 1 says that the reference passed in is ours now.
        guard let connection = unsafe ConnectionHandle.owner(of: ssl), let session = unsafe session else { return 0 }
        let kept = unsafe TLSSession(adopting: session)
        connection.newSession = kept
        connection.onNewSession?(kept)
        return 1
    }
}
