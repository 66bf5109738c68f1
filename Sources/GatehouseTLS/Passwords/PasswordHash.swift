import CGatehouse
import GatehouseWire

/// One hash of a password, in the forms that `htpasswd` and nginx know.
package enum PasswordHash {
    package enum Result: Sendable, Equatable {
        case matches
        case differs
        /// Nobody can know: the form is unknown here, or what it needs is missing.
        case unusable(String)
    }

    /// Compares `password` with `hash`. Slow by design for all but the plain forms: never on a loop.
    package static func verify(_ password: [UInt8], against hash: [UInt8]) -> Result {
        if hash.starts(with: "{PLAIN}".utf8) { return compare(password, Array(hash.dropFirst(7))) }
        if hash.starts(with: "{SHA}".utf8) { return verifySHA(password, hash.dropFirst(5), isSalted: false) }
        if hash.starts(with: "{SSHA}".utf8) { return verifySHA(password, hash.dropFirst(6), isSalted: true) }
        if hash.starts(with: "$apr1$".utf8) { return compare(APR1.hash(password, setting: hash), hash) }
        return verifyCrypt(password, hash)
    }

    private static func verifySHA(_ password: [UInt8], _ text: ArraySlice<UInt8>, isSalted: Bool) -> Result {
        guard let bytes = Base64.decode(text), bytes.count >= 20 else { return .differs }
        let salt = isSalted ? Array(bytes[20...]) : []
        return compare(Digest.sha1.of(password + salt), Array(bytes[..<20]))
    }

    /// bcrypt, SHA-crypt, MD5-crypt, yescrypt, DES: what the system's library knows.
    private static func verifyCrypt(_ password: [UInt8], _ hash: [UInt8]) -> Result {
        if hash.isEmpty || password.contains(0) { return .differs }
        guard let result = crypt(password, hash) else { return .unusable("libcrypt.so.1 is missing; Debian has it in libcrypt1") }
        return compare(result, hash)
    }

    /// The hash of `password` as `setting` says; empty where the library does not know that, `nil` where there is no library.
    static func crypt(_ password: [UInt8], _ setting: [UInt8]) -> [UInt8]? {
        var result = [CChar](repeating: 0, count: 512)
        let (secret, setting) = (password.map { CChar(bitPattern: $0) } + [0], setting.map { CChar(bitPattern: $0) } + [0])
        // All three arrays live for the call; the first two end in zero, the last is as long as its count says.
        let outcome = unsafe gatehouse_crypt(secret, setting, &result, result.count)
        switch Int(outcome) {
        case GATEHOUSE_CRYPT_MISSING: return nil
        case GATEHOUSE_CRYPT_DONE: return result.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        default: return []
        }
    }

    /// Takes as long for any two texts of one length.
    private static func compare(_ a: [UInt8], _ b: [UInt8]) -> Result {
        if a.count != b.count || a.isEmpty && b.isEmpty { return .differs }
        var difference: UInt8 = 0
        for i in a.indices { difference |= a[i] ^ b[i] }
        return difference == 0 ? .matches : .differs
    }
}
