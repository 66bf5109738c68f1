/// The textual forms: dotted quads, and RFC 4291 read and RFC 5952 written.
extension IPAddress {
    /// Reads an address without brackets, zone or port; nil where the text is none.
    package init?(_ text: Span<UInt8>) {
        for i in text.indices where text[i] == UInt8(ascii: ":") {
            guard let address = IPAddress.v6(parsing: text) else { return nil }
            self = address
            return
        }
        guard let value = IPAddress.quad(in: text, from: 0) else { return nil }
        self = .v4(value)
    }

    package init?(_ text: [UInt8]) { self.init(text.span) }

    package init?(_ text: some StringProtocol) { self.init(Array(text.utf8).span) }

    /// Four decimal numbers up to the end of `text`, without leading zeros (whose reading as octal differs between programs).
    private static func quad(in text: Span<UInt8>, from start: Int) -> UInt32? {
        var value: UInt32 = 0
        var part: UInt32 = 0
        var digits = 0
        var parts = 1
        for i in start..<text.count {
            let byte = text[i]
            if byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") {
                if digits > 0 && part == 0 { return nil }
                part = part * 10 + UInt32(byte - UInt8(ascii: "0"))
                digits += 1
                if part > 255 { return nil }
            } else if byte == UInt8(ascii: ".") && digits > 0 && parts < 4 {
                value = value << 8 | part
                (part, digits) = (0, 0)
                parts += 1
            } else {
                return nil
            }
        }
        return parts == 4 && digits > 0 ? value << 8 | part : nil
    }

    private static func v6(parsing text: Span<UInt8>) -> IPAddress? {
        let colon = UInt8(ascii: ":")
        var groups: [UInt16] = []
        var gap: Int?
        var i = 0
        while i < text.count {
            if text[i] == colon {
                let isDouble = i + 1 < text.count && text[i + 1] == colon
                if isDouble {
                    guard gap == nil else { return nil }
                    gap = groups.count
                    i += 2
                    continue
                }
                guard !groups.isEmpty, gap != groups.count, i + 1 < text.count else { return nil }
                i += 1
            }
            let start = i
            var value: UInt32 = 0
            while i < text.count, let digit = ByteClass.hexValue(text[i]) {
                value = value << 4 | UInt32(digit)
                i += 1
                if i - start > 4 { return nil }
            }
            if i < text.count && text[i] == UInt8(ascii: ".") {
                guard let quad = quad(in: text, from: start) else { return nil }
                groups.append(UInt16(truncatingIfNeeded: quad >> 16))
                groups.append(UInt16(truncatingIfNeeded: quad))
                break
            }
            guard i > start, i == text.count || text[i] == colon, groups.count < 8 else { return nil }
            groups.append(UInt16(value))
        }
        return v6(groups: groups, gap: gap)
    }

    private static func v6(groups: [UInt16], gap: Int?) -> IPAddress? {
        var all = groups
        if let gap {
            guard groups.count < 8 else { return nil }
            all.insert(contentsOf: repeatElement(0, count: 8 - groups.count), at: gap)
        }
        guard all.count == 8 else { return nil }
        let high = all[..<4].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
        let low = all[4...].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
        return .v6(high, low)
    }

    /// Appends the canonical text: a dotted quad, or RFC 5952 with the longest run of zeros shortened and IPv4-mapped ones mixed.
    package func appendText(to bytes: inout [UInt8]) {
        switch self {
        case .v4(let value):
            for shift in stride(from: 24, through: 0, by: -8) {
                let part = UInt8(truncatingIfNeeded: value >> UInt32(shift))
                if part >= 100 { bytes.append(part / 100 + 48) }
                if part >= 10 { bytes.append(part / 10 % 10 + 48) }
                bytes.append(part % 10 + 48)
                if shift > 0 { bytes.append(UInt8(ascii: ".")) }
            }
        case .v6(0, let low) where low >> 32 == 0xffff:
            bytes.append(contentsOf: "::ffff:".utf8)
            IPAddress.v4(UInt32(truncatingIfNeeded: low)).appendText(to: &bytes)
        case .v6(let high, let low):
            let groups = (0..<8).map { UInt16(truncatingIfNeeded: ($0 < 4 ? high : low) >> (48 - 16 * ($0 & 3))) }
            IPAddress.append(groups: groups, to: &bytes)
        }
    }

    private static func append(groups: [UInt16], to bytes: inout [UInt8]) {
        let zeros = longestZeroRun(groups)
        var i = 0
        while i < 8 {
            if i == zeros.lowerBound && !zeros.isEmpty {
                bytes.append(contentsOf: "::".utf8)
                i = zeros.upperBound
                continue
            }
            if i > 0 && i != zeros.upperBound || i > 0 && zeros.isEmpty { bytes.append(UInt8(ascii: ":")) }
            bytes.append(contentsOf: String(groups[i], radix: 16).utf8)
            i += 1
        }
    }

    /// The first longest run of at least two zero groups; empty where there is none.
    private static func longestZeroRun(_ groups: [UInt16]) -> Range<Int> {
        var best = 0..<0
        var start = 0
        for i in 0...8 where i == 8 || groups[i] != 0 {
            if i - start > max(best.count, 1) { best = start..<i }
            start = i + 1
        }
        return best
    }

    /// The canonical text as bytes.
    package var text: [UInt8] {
        var bytes: [UInt8] = []
        appendText(to: &bytes)
        return bytes
    }
}

extension IPAddress: CustomStringConvertible {
    package var description: String { String(decoding: text, as: UTF8.self) }
}
