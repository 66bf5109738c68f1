import COpenSSL

/// Text and PEM in and out of OpenSSL's memory BIOs.
enum MemoryText {
    /// What `write` writes into the BIO that it is given.
    static func collect(_ write: (OpaquePointer) -> Void) -> [UInt8] {
        // The BIO lives for this call; its contents are copied before it is freed.
        guard let bio = unsafe BIO_new(BIO_s_mem()) else { return [] }
        defer { unsafe BIO_free(bio) }
        unsafe write(bio)
        return unsafe contents(of: bio)
    }

    static func contents(of bio: OpaquePointer) -> [UInt8] {
        var bytes: UnsafePointer<UInt8>?
        // `bytes` points into the BIO, which the caller holds; the array is a copy.
        let count = unsafe gatehouse_bio_contents(bio, &bytes)
        return unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
    }

    static func string(_ write: (OpaquePointer) -> Void) -> String {
        unsafe String(decoding: collect { unsafe write($0) }, as: UTF8.self)
    }

    /// Lets `body` read `source` through a BIO. The first of the results is the function that failed, where it cannot be opened.
    static func read<R>(_ source: PEMSource, _ body: (OpaquePointer) throws(TLSError) -> R) throws(TLSError) -> (failed: String?, R?) {
        switch source {
        case .file(let path):
            // The BIO is closed here, after its only use.
            guard let bio = unsafe BIO_new_file(path, "r") else { return ("BIO_new_file()", nil) }
            defer { unsafe BIO_free(bio) }
            return (nil, try unsafe body(bio))
        case .data(let bytes, _):
            guard let bio = unsafe BIO_new(BIO_s_mem()) else { return ("BIO_new()", nil) }
            defer { unsafe BIO_free(bio) }
            // The bytes are copied into the BIO.
            guard unsafe BIO_write(bio, bytes, Int32(bytes.count)) == Int32(bytes.count) else { return ("BIO_write()", nil) }
            return (nil, try unsafe body(bio))
        // Only keys come from stores, see `PrivateKey`.
        case .store: return ("BIO_new_file()", nil)
        }
    }
}
