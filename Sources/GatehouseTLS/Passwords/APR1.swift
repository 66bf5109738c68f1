/// Apache's variant of the MD5 crypt scheme: a thousand rounds of MD5 over password and salt.
enum APR1 {
    private static let magic = Array("$apr1$".utf8)
    private static let digits = Array("./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    /// The whole hash of `password` with the salt in `setting`, which starts with `$apr1$`; empty where MD5 cannot be had.
    static func hash(_ password: [UInt8], setting: [UInt8]) -> [UInt8] {
        let salt = Array(setting.dropFirst(magic.count).prefix { $0 != UInt8(ascii: "$") }.prefix(8))
        let inner = Digest.md5.of(password + salt + password)
        if inner.isEmpty { return [] }
        var text = password + magic + salt
        for offset in stride(from: 0, to: password.count, by: 16) { text += inner.prefix(password.count - offset) }
        var bits = password.count
        while bits > 0 {
            text.append(bits & 1 == 1 ? 0 : password[0])
            bits >>= 1
        }
        var digest = Digest.md5.of(text)
        for round in 0..<1000 {
            var next = round & 1 == 1 ? password : digest
            if round % 3 != 0 { next += salt }
            if round % 7 != 0 { next += password }
            next += round & 1 == 1 ? digest : password
            digest = Digest.md5.of(next)
        }
        return magic + salt + [UInt8(ascii: "$")] + encode(digest)
    }

    /// Six bits a digit, the lowest first, in the order of bytes that the scheme has.
    private static func encode(_ digest: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        func append(_ value: UInt32, _ count: Int) {
            for place in 0..<count { result.append(digits[Int(value >> UInt32(6 * place)) & 63]) }
        }
        for (a, b, c) in [(0, 6, 12), (1, 7, 13), (2, 8, 14), (3, 9, 15), (4, 10, 5)] {
            append(UInt32(digest[a]) << 16 | UInt32(digest[b]) << 8 | UInt32(digest[c]), 4)
        }
        append(UInt32(digest[11]), 2)
        return result
    }
}
