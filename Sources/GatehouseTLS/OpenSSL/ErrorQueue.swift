import COpenSSL

/// OpenSSL's errors of the calling thread. Drained by everything that fails, so that no error is blamed on a later call.
enum ErrorQueue {
    static func clear() { ERR_clear_error() }

    static var isEmpty: Bool { ERR_peek_error() == 0 }

    /// `sentence`, followed by all queued errors as nginx writes them: ` (SSL: error:…:…::… …)`. Empties the queue.
    static func describe(_ sentence: String) -> String {
        var errors = ""
        while let error = next() { errors += " " + error }
        return errors.isEmpty ? sentence : "\(sentence) (SSL:\(errors))"
    }

    /// Takes the oldest error: its text, and its data where that is text.
    private static func next() -> String? {
        var data: UnsafePointer<CChar>?
        var flags: Int32 = 0
        // OpenSSL keeps what `data` points to until the next error of this thread; it is copied right here.
        let code = unsafe ERR_get_error_all(nil, nil, nil, &data, &flags)
        guard code != 0 else { return nil }
        var text = [CChar](repeating: 0, count: 256)
        // The array outlives the call, and its length is given.
        unsafe ERR_error_string_n(code, &text, text.count)
        let line = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard flags & ERR_TXT_STRING != 0, let data = unsafe data, unsafe data.pointee != 0 else { return line }
        return unsafe line + ":" + String(cString: data)
    }

    /// The newest error's reason, where the SSL library itself raised it.
    static var lastReason: Int32 {
        let code = ERR_peek_last_error()
        // ERR_GET_REASON: the low 23 bits, unless the top bit marks a system error.
        return code & 0x8000_0000 != 0 ? 0 : Int32(truncatingIfNeeded: code & 0x7F_FFFF)
    }

    /// Whether the newest error is one that a peer can cause by what it sends.
    static var isPeerFault: Bool {
        let reason = lastReason
        return peerReasons.contains(reason) || (reason >= 1000 && reason <= 1255)
    }

    /// The reasons that nginx counts as the peer's. From 1000 on stand the alerts received.
    private static let peerReasons: Set<Int32> = [
        SSL_R_NO_SUITABLE_KEY_SHARE, SSL_R_BAD_CHANGE_CIPHER_SPEC, SSL_R_BAD_KEY_SHARE, SSL_R_BAD_EXTENSION, SSL_R_BAD_DIGEST_LENGTH,
        SSL_R_MISSING_SIGALGS_EXTENSION, SSL_R_BAD_PACKET_LENGTH, SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM, SSL_R_BAD_KEY_UPDATE,
        SSL_R_BLOCK_CIPHER_PAD_IS_WRONG, SSL_R_CCS_RECEIVED_EARLY, SSL_R_DATA_BETWEEN_CCS_AND_FINISHED, SSL_R_DATA_LENGTH_TOO_LONG,
        SSL_R_DIGEST_CHECK_FAILED, SSL_R_ENCRYPTED_LENGTH_TOO_LONG, SSL_R_ERROR_IN_RECEIVED_CIPHER_LIST, SSL_R_EXCESSIVE_MESSAGE_SIZE,
        SSL_R_GOT_A_FIN_BEFORE_A_CCS, SSL_R_HTTPS_PROXY_REQUEST, SSL_R_HTTP_REQUEST, SSL_R_LENGTH_MISMATCH, SSL_R_LENGTH_TOO_SHORT,
        SSL_R_NO_RENEGOTIATION, SSL_R_NO_CIPHERS_SPECIFIED, SSL_R_BAD_CIPHER, SSL_R_NO_COMPRESSION_SPECIFIED, SSL_R_NO_SHARED_CIPHER,
        SSL_R_PACKET_LENGTH_TOO_LONG, SSL_R_RECORD_LENGTH_MISMATCH, SSL_R_TOO_MANY_WARN_ALERTS, SSL_R_CLIENTHELLO_TLSEXT,
        SSL_R_CALLBACK_FAILED, SSL_R_NO_APPLICATION_PROTOCOL, SSL_R_UNEXPECTED_MESSAGE, SSL_R_UNEXPECTED_RECORD,
        SSL_R_UNKNOWN_ALERT_TYPE, SSL_R_UNKNOWN_PROTOCOL, SSL_R_NO_SHARED_GROUPS, SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_WRONG_VERSION_NUMBER,
        SSL_R_TOO_MUCH_EARLY_DATA, SSL_R_BAD_LENGTH, SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC,
        SSL_R_APPLICATION_DATA_AFTER_CLOSE_NOTIFY, SSL_R_BAD_LEGACY_VERSION, SSL_R_MIXED_HANDSHAKE_AND_NON_HANDSHAKE_DATA,
        SSL_R_RECORD_TOO_SMALL, SSL_R_SSL3_SESSION_ID_TOO_LONG, SSL_R_BAD_ECPOINT, SSL_R_RENEGOTIATION_ENCODING_ERR,
        SSL_R_RENEGOTIATION_MISMATCH, SSL_R_UNSAFE_LEGACY_RENEGOTIATION_DISABLED, SSL_R_SCSV_RECEIVED_WHEN_RENEGOTIATING,
        SSL_R_INAPPROPRIATE_FALLBACK, SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS, SSL_R_CERT_CB_ERROR, SSL_R_VERSION_TOO_LOW,
        SSL_R_BAD_RECORD_TYPE, SSL_R_NO_PROTOCOLS_AVAILABLE, SSL_R_INVALID_ALERT, SSL_R_UNEXPECTED_EOF_WHILE_READING,
    ]
}
