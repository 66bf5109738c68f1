import COpenSSL

/// A message digest, as passwords and caches of them need one.
package enum Digest: Sendable {
    case md5, sha1, sha256

    /// Empty where the library refuses the algorithm, as it may refuse MD5 in FIPS mode.
    package func of(_ data: [UInt8]) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: 64)
        // Both arrays live for the call, and the shim's digests fit.
        let count = unsafe gatehouse_digest(Int32(kind), data, data.count, &result)
        return Array(result[..<Int(count)])
    }

    private var kind: Int {
        switch self {
        case .md5: GATEHOUSE_MD5
        case .sha1: GATEHOUSE_SHA1
        case .sha256: GATEHOUSE_SHA256
        }
    }
}
