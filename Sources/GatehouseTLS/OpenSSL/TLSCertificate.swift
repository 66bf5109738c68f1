import COpenSSL

/// A chain with its key, read once and shown by any number of connections: for certificates whose names hold variables.
///
/// `@unchecked Sendable`: never changed after `init`; OpenSSL counts the references of its parts atomically.
@safe
package final class TLSCertificate: @unchecked Sendable {
    private let pointer: UnsafeMutablePointer<gatehouse_certificate>
    /// Its key had a password, so it must not stay in a cache.
    package let hasEncryptedKey: Bool

    /// Reads both. Throws `.configuration` with nginx's sentence.
    package init(chain: PEMSource, key: PEMSource, passwords: [[UInt8]] = []) throws(TLSError) {
        ErrorQueue.clear()
        let privateKey = try PrivateKey(key, passwords: passwords)
        guard let made = unsafe gatehouse_certificate_new() else { throw TLSError(.configuration, "no memory for a certificate") }
        // Owned from here on: freed by `deinit`, also where the rest of this initializer throws.
        unsafe pointer = made
        hasEncryptedKey = privateKey.isEncrypted
        unsafe EVP_PKEY_up_ref(privateKey.pointer)
        unsafe made.pointee.key = privateKey.pointer
        let (unopened, failed) = try unsafe MemoryText.read(chain) { bio throws(TLSError) -> String? in
            // A static string of the shim.
            unsafe gatehouse_certificate_read_chain(made, bio).map { unsafe String(cString: $0) }
        }
        if let call = unopened ?? failed ?? nil {
            throw TLSError(.configuration, ErrorQueue.describe("cannot load certificate \"\(chain.name)\": \(call) failed"))
        }
    }

    deinit { unsafe gatehouse_certificate_free(pointer) }

    /// Makes `ssl` show it. Gives back what failed.
    func use(on ssl: OpaquePointer) -> TLSError? {
        // OpenSSL takes references of its own.
        guard let failed = unsafe gatehouse_ssl_use(ssl, pointer) else { return nil }
        return unsafe TLSError(.configuration, ErrorQueue.describe("\(String(cString: failed)) failed"))
    }
}
