/// The host of a `Host` field or of an authority, judged as nginx does: a registered name or a bracketed literal, a port in digits.
package enum HostName {
    package enum Result: Equatable, Sendable {
        /// The port is nil where there is none, where it is empty, or zero.
        case valid(port: Int?)
        case invalid
    }

    /// Writes the host into `host`: in lower case, without port and without one final dot, brackets kept.
    package static func parse(_ bytes: [UInt8], _ range: Range<Int>, into host: inout [UInt8]) -> Result {
        host.empty()
        var i = range.lowerBound
        let isLiteral = i < range.upperBound && bytes[i] == UInt8(ascii: "[")
        if isLiteral { i += 1 }
        let allowed = allowed(isLiteral)
        var previous: UInt8 = 0
        var hasCapitals = false
        while i < range.upperBound, allowed.contains(bytes[i]) {
            let byte = bytes[i]
            if byte == UInt8(ascii: ".") && previous == byte { return .invalid }
            if byte &- 0x41 < 26 { hasCapitals = true }
            previous = byte
            i += 1
        }
        if isLiteral {
            guard i < range.upperBound, bytes[i] == UInt8(ascii: "]") else { return .invalid }
            i += 1
        }
        let end = !isLiteral && previous == UInt8(ascii: ".") ? i - 1 : i
        host.append(copying: bytes.span.extracting(range.lowerBound..<end))
        if hasCapitals { for at in host.indices { host[at] = ByteClass.lowercase(host[at]) } }
        guard !host.isEmpty else { return .invalid }
        return port(bytes, i..<range.upperBound)
    }

    package static func parse(_ text: [UInt8], into host: inout [UInt8]) -> Result { parse(text, 0..<text.count, into: &host) }

    /// Nothing, or a colon and the digits of a number up to 65535.
    private static func port(_ bytes: [UInt8], _ range: Range<Int>) -> Result {
        guard !range.isEmpty else { return .valid(port: nil) }
        guard bytes[range.lowerBound] == UInt8(ascii: ":") else { return .invalid }
        var port = 0
        for i in range.dropFirst() {
            guard ByteClass.isDigit(bytes[i]) else { return .invalid }
            port = port * 10 + Int(bytes[i] - UInt8(ascii: "0"))
            guard port <= 65535 else { return .invalid }
        }
        return .valid(port: port == 0 ? nil : port)
    }

    /// Unreserved characters and sub-delimiters, with `%` in names and `:` in literals (RFC 3986 §3.2.2).
    @inline(__always) private static func allowed(_ isLiteral: Bool) -> ByteSet {
        ByteSet(words: (isLiteral ? 0x2fff_7fd2_0000_0000 : 0x2bff_7ff2_0000_0000, 0x47ff_fffe_87ff_fffe, 0, 0))
    }
}
