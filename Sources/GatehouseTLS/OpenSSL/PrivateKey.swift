import COpenSSL

/// Owns one private key.
@safe
struct PrivateKey: ~Copyable {
    let pointer: OpaquePointer
    /// A password was needed: such a key is not kept in memory longer than it is used.
    let isEncrypted: Bool

    /// Reads the key, trying each password in turn. Throws nginx's sentence.
    init(_ source: PEMSource, passwords: [[UInt8]]) throws(TLSError) {
        for password in passwords.isEmpty ? [nil] : passwords.map(Optional.some) {
            ErrorQueue.clear()
            var isEncrypted: Int32 = 0
            let (unopened, key) = try unsafe Self.read(source, password, &isEncrypted)
            if let unopened { throw Self.failure(source, unopened) }
            guard let key = unsafe key else { continue }
            unsafe pointer = key
            self.isEncrypted = isEncrypted != 0
            return
        }
        if case .store = source { throw Self.failure(source, "OSSL_STORE_load()") }
        throw Self.failure(source, "PEM_read_bio_PrivateKey()")
    }

    deinit { unsafe EVP_PKEY_free(pointer) }

    /// The caller owns the key. All texts are copied or only read during the call.
    private static func read(
        _ source: PEMSource, _ password: [UInt8]?, _ isEncrypted: inout Int32
    ) throws(TLSError) -> (failed: String?, key: OpaquePointer?) {
        if case .store(let uri) = source {
            return unsafe (nil, gatehouse_read_store_key(uri, password, password?.count ?? 0, &isEncrypted))
        }
        let (failed, key) = try unsafe MemoryText.read(source) { bio throws(TLSError) -> OpaquePointer? in
            unsafe gatehouse_read_key(bio, password, password?.count ?? 0, &isEncrypted)
        }
        return unsafe (failed, key ?? nil)
    }

    private static func failure(_ source: PEMSource, _ call: String) -> TLSError {
        TLSError(.configuration, ErrorQueue.describe("cannot load certificate key \"\(source.name)\": \(call) failed"))
    }
}
