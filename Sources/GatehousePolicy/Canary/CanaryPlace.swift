/// Where somebody stands between 0 and 2³²; whoever stands below the share is in the canary.
///
/// The place never changes, only the share does: that is all there is to stickiness, and nothing has to be remembered.
package struct CanaryPlace: Sendable, Hashable {
    package let value: UInt32

    package init(value: UInt32) { self.value = value }

    /// The place of a key (a user's number, a session's cookie, an address), another one in each canary.
    package init(of key: Span<UInt8>, in canary: [UInt8]) {
        // FNV-1a, and SplitMix64's finalizer over it: keys that differ in their last digit lie far apart.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in canary { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        hash = (hash ^ 0xff) &* 0x100_0000_01b3
        for index in key.indices { hash = (hash ^ UInt64(key[index])) &* 0x100_0000_01b3 }
        var mixed = SplitMix64(seed: hash)
        value = UInt32(truncatingIfNeeded: mixed.next() >> 32)
    }

    /// Anybody's place, for a request with nothing to stick by and for a new cookie.
    package init(using random: inout some RandomNumberGenerator) { value = random.next() }

    /// Reads the text of a cookie: eight hexadecimal digits.
    package init?(_ text: some Collection<UInt8>) {
        guard text.count == 8 else { return nil }
        var value: UInt32 = 0
        for byte in text {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt32(byte - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        self.value = value
    }

    /// The text of a cookie.
    package var bytes: [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        return (0..<8).map { digits[Int(value >> UInt32(28 - 4 * $0) & 15)] }
    }
}
