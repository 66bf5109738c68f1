import COpenSSL

/// The TLS library that this process runs with.
package enum TLSLibrary {
    /// Such as `OpenSSL 3.0.19 27 Jan 2026`.
    package static var version: String {
        // A static text of the library.
        guard let text = unsafe OpenSSL_version(OPENSSL_VERSION) else { return "OpenSSL" }
        return unsafe String(cString: text)
    }
}
