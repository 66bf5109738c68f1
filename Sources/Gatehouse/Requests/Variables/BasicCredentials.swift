import GatehouseWire

/// The user name of `Authorization: Basic` (RFC 7617), for `$remote_user`.
enum BasicCredentials {
    static func user(of fields: HeaderFields) -> [UInt8]? {
        guard let value = fields.valueBytes(.authorization), value.count > 6 else { return nil }
        guard HeaderFields.equalsIgnoringCase(value[..<6], Array("basic ".utf8)) else { return nil }
        guard let text = decodeBase64(value[6...].drop { $0 == 0x20 }) else { return nil }
        guard let colon = text.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        return Array(text[..<colon])
    }

    /// RFC 4648 §4; `nil` for what is no base64.
    static func decodeBase64(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        var result: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for byte in text {
            if byte == UInt8(ascii: "=") { break }
            guard let digit = digit(byte) else { return nil }
            bits = bits << 6 | UInt32(digit)
            count += 6
            if count >= 8 {
                count -= 8
                result.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return result
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - 65
        case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - 71
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte + 4
        case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
        case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
