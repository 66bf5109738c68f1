/// Reads the header of the PROXY protocol, versions 1 and 2, at the start of a connection.
///
/// Knows no state: the caller comes again with more bytes after `needMore`, at most `maximumLength` of them.
package enum ProxyProtocol {
    package enum Result: Sendable, Equatable {
        case needMore
        case complete(ProxyHeader, consumed: Int)
        /// A reason for the log; the connection is to be closed.
        case invalid(String)
    }

    /// In bytes: the most nginx reads of a header.
    package static let maximumLength = 4096
    /// In bytes, of a header of version 1 with its end.
    private static let maximumTextLength = 107

    static let signature: [UInt8] = [0x0d, 0x0a, 0x0d, 0x0a, 0, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]

    package static func parse(_ input: Span<UInt8>) -> Result {
        guard input.count > 0 else { return .needMore }
        switch input[0] {
        case UInt8(ascii: "P"): return parseText(input)
        case 0x0d: return parseBinary(input)
        default: return .invalid("broken header")
        }
    }

    private static func parseText(_ input: Span<UInt8>) -> Result {
        let prefix = Array("PROXY ".utf8)
        for i in 0..<min(prefix.count, input.count) where input[i] != prefix[i] { return .invalid("broken header") }
        var end = 0
        while end < input.count, input[end] != 13, input[end] != 10 { end += 1 }
        if end + 2 > maximumTextLength { return .invalid("broken header") }
        guard end + 1 < input.count else {
            return end < input.count && input[end] == 10 ? .invalid("broken header") : .needMore
        }
        guard input[end] == 13, input[end + 1] == 10, end >= prefix.count else { return .invalid("broken header") }
        let line = Array(copying: input.extracting(prefix.count..<end))
        if line.starts(with: "UNKNOWN".utf8) { return .complete(ProxyHeader(), consumed: end + 2) }
        guard let header = header(ofText: line) else { return .invalid("broken header") }
        return .complete(header, consumed: end + 2)
    }

    /// `TCP4 SOURCE DESTINATION SOURCEPORT DESTINATIONPORT`.
    private static func header(ofText line: [UInt8]) -> ProxyHeader? {
        let words = line.split(separator: 32, omittingEmptySubsequences: false).map { Array($0) }
        guard words.count == 5, words[0] == Array("TCP4".utf8) || words[0] == Array("TCP6".utf8),
            let source = IPAddress(words[1]), let destination = IPAddress(words[2]),
            let sourcePort = port(words[3]), let destinationPort = port(words[4])
        else { return nil }
        let isV4 = words[0][3] == UInt8(ascii: "4")
        guard source.isV4 == isV4, destination.isV4 == isV4 else { return nil }
        return ProxyHeader(
            source: .init(address: source, port: sourcePort), destination: .init(address: destination, port: destinationPort))
    }

    private static func port(_ digits: [UInt8]) -> UInt16? {
        BodyLength.parse(contentLength: digits, 0..<digits.count).flatMap { UInt16(exactly: $0) }
    }

    private static func parseBinary(_ input: Span<UInt8>) -> Result {
        for i in 0..<min(signature.count, input.count) where input[i] != signature[i] { return .invalid("broken header") }
        guard input.count >= 16 else { return .needMore }
        guard input[12] >> 4 == 2 else { return .invalid("unknown PROXY protocol version: \(input[12] >> 4)") }
        let end = 16 + (Int(input[14]) << 8 | Int(input[15]))
        guard end <= maximumLength else { return .invalid("header is too large") }
        guard input.count >= end else { return .needMore }
        // Other commands than PROXY and other transports than streams say nothing about the connection.
        guard input[12] & 15 == 1, input[13] & 15 == 1 else { return .complete(ProxyHeader(), consumed: end) }
        let width: Int
        switch input[13] >> 4 {
        case 1: width = 4
        case 2: width = 16
        default: return .complete(ProxyHeader(), consumed: end)
        }
        let vectors = 16 + 2 * width + 4
        guard end >= vectors else { return .invalid("broken header") }
        let header = ProxyHeader(
            source: endpoint(input, addressAt: 16, width: width, portAt: vectors - 4),
            destination: endpoint(input, addressAt: 16 + width, width: width, portAt: vectors - 2),
            vectors: Array(copying: input.extracting(vectors..<end)))
        return .complete(header, consumed: end)
    }

    private static func endpoint(_ input: Span<UInt8>, addressAt start: Int, width: Int, portAt port: Int) -> ProxyHeader.Endpoint? {
        IPAddress(networkBytes: input.extracting(start..<start + width)).map {
            ProxyHeader.Endpoint(address: $0, port: UInt16(input[port]) << 8 | UInt16(input[port + 1]))
        }
    }
}
