/// What a virtual server's `ssl_*` directives say. The defaults are nginx's.
package struct TLSServerConfiguration: Sendable {
    /// A chain, leaf first, with the key of its leaf.
    package struct Certificate: Sendable {
        package var chain: PEMSource
        package var key: PEMSource

        package init(chain: PEMSource, key: PEMSource) {
            self.chain = chain
            self.key = key
        }
    }

    /// `ssl_session_cache`.
    package enum SessionCache: Equatable, Sendable {
        /// Says to clients that sessions are not reused.
        case off
        /// Lets clients believe in reuse and stores nothing (nginx's default); tickets still work.
        case none
        /// OpenSSL's own cache; nil is OpenSSL's size (20,480 sessions).
        case builtin(sessions: Int?)
        /// A cache that every server naming it shares, also over a reload.
        case shared(name: String, bytes: Int)
    }

    /// `ssl_verify_client`.
    package enum ClientVerification: Equatable, Sendable { case off, on, optional, optionalNoCA }

    /// Several where the server has certificates of several key types (RSA and ECDSA).
    package var certificates: [Certificate] = []
    /// Names with variables, as they are written: their certificates come with each handshake, but sessions belong to the names.
    package var variableCertificates: [String] = []
    /// `ssl_password_file`: tried in turn on every encrypted key.
    package var passwords: [[UInt8]] = []
    package var protocols = TLSVersion.standard
    /// TLS 1.2 and older, in OpenSSL's notation.
    package var ciphers = "HIGH:!aNULL:!MD5"
    /// TLS 1.3; nil is OpenSSL's choice.
    package var cipherSuites: String?
    package var prefersServerCiphers = false
    package var ecdhCurve = "auto"
    package var dhParameters: String?
    package var sessionCache = SessionCache.none
    /// Seconds.
    package var sessionTimeout = 300
    package var sessionTickets = true
    /// Contents of the `ssl_session_ticket_key` files, 48 or 80 bytes each; the first one encrypts.
    package var ticketKeys: [[UInt8]] = []
    package var rejectsHandshake = false
    package var verifyClient = ClientVerification.off
    package var verifyDepth = 1
    /// Trusted, and named to clients (`ssl_client_certificate`).
    package var clientCertificates: PEMSource?
    /// Trusted, but not named (`ssl_trusted_certificate`).
    package var trustedCertificates: PEMSource?
    package var crl: PEMSource?
    /// Application protocols in the order of preference. Empty: the extension is ignored; else no overlap is a fatal alert.
    package var alpn: [String] = []
    /// OCSP responses are sent with the certificates (`ssl_stapling`).
    package var staples = false
    /// A DER file with a ready one (`ssl_stapling_file`); else `StapledCertificate` takes them.
    package var staplingFile: PEMSource?
    /// `ssl_conf_command`, in order.
    package var confCommands: [(name: String, value: String)] = []
    /// TLS 1.3 early data is read; see `TLSConnection.handshake`.
    package var earlyData = false
    /// `ssl_buffer_size`: the largest record, in bytes.
    package var recordSize = 16384
    /// Tells apart kinds of servers whose sessions must never meet ("HTTP", "STREAM").
    package var sessionIDContext: [UInt8] = Array("HTTP".utf8)
    /// `ssl_certificate_compression`: OpenSSL 3.0 has none, the context says so in `warnings`.
    package var certificateCompression = false

    package init() {}
}
