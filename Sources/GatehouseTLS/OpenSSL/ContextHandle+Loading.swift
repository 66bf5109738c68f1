import COpenSSL

/// Certificates, keys, authorities and revocation lists from PEM, with nginx's words for what fails.
extension ContextHandle {
    /// A chain with its key. Errors name the source.
    func load(_ certificate: TLSServerConfiguration.Certificate, passwords: [[UInt8]], seed: borrowing Seed) throws(TLSError) {
        try loadChain(certificate.chain, seed: seed)
        let key = try PrivateKey(certificate.key, passwords: passwords)
        // The context takes its own reference.
        guard unsafe SSL_CTX_use_PrivateKey(pointer, key.pointer) == 1 else {
            throw failure("SSL_CTX_use_PrivateKey(\"\(certificate.key.name)\")")
        }
    }

    private func loadChain(_ source: PEMSource, seed: borrowing Seed) throws(TLSError) {
        let digest = unsafe seed.pointer
        try unsafe load(source, as: "certificate") { bio, isUse in unsafe gatehouse_ctx_load_chain(pointer, bio, digest, &isUse) }
    }

    /// Trusts the certificates of `source`; `advertises` also names them to clients.
    func loadAuthorities(_ source: PEMSource, advertises: Bool, seed: borrowing Seed) throws(TLSError) {
        let digest = unsafe seed.pointer
        try unsafe load(source, as: "certificate") { bio, isUse in
            unsafe gatehouse_ctx_load_authorities(pointer, bio, advertises ? 1 : 0, digest, &isUse)
        }
    }

    func loadRevocations(_ source: PEMSource) throws(TLSError) {
        try unsafe load(source, as: "CRL") { bio, isUse in unsafe gatehouse_ctx_load_crl(pointer, bio, &isUse) }
    }

    /// Runs a loader of the shim, which tells the name of what failed and whether that was in using what had been loaded.
    private func load(
        _ source: PEMSource, as kind: String, _ loader: (OpaquePointer, inout Int32) -> UnsafePointer<CChar>?
    ) throws(TLSError) {
        var isUse: Int32 = 0
        var name: String?
        let (unopened, _) = try unsafe MemoryText.read(source) { bio throws(TLSError) in
            // A static string of the shim.
            name = unsafe loader(bio, &isUse).map { unsafe String(cString: $0) }
        }
        guard let failed = unopened ?? name else { return }
        if isUse == 1 { throw failure("\(failed)(\"\(source.name)\")") }
        throw failure("cannot load \(kind) \"\(source.name)\": \(failed)")
    }
}

/// A running digest over all that makes sessions of one virtual server different from another's.
@safe
struct Seed: ~Copyable {
    let pointer: OpaquePointer?

    init() {
        unsafe pointer = EVP_MD_CTX_new()
        unsafe _ = EVP_DigestInit_ex(pointer, EVP_sha256(), nil)
    }

    deinit { unsafe EVP_MD_CTX_free(pointer) }

    func update(_ bytes: [UInt8]) {
        // The length is the array's.
        unsafe _ = EVP_DigestUpdate(pointer, bytes, bytes.count)
    }

    /// 32 bytes, the most that a session id context may have. Ends the digest.
    func finish() -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        // SHA-256 writes exactly 32 bytes.
        unsafe _ = EVP_DigestFinal_ex(pointer, &digest, nil)
        return digest
    }
}
