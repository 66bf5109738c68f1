/// The name of the server in what a TLS client says first (RFC 8446 §4.1.2, RFC 6066 §3), read without answering it.
///
/// The message may be spread over records, and records over pieces of the input. It is bounded: what is no ClientHello after
/// `mostBytes` is taken for none.
package enum ClientHelloName {
    package enum Result: Sendable, Equatable {
        case needMore
        /// In lower case.
        case name([UInt8])
        /// A ClientHello that names no server.
        case none
        case notTLS
    }

    package static let mostBytes = 32 * 1024

    /// - Parameter input: the client's bytes from the first on.
    package static func find(in input: Span<UInt8>) -> Result {
        var message: [UInt8] = []
        var start = 0
        while true {
            guard let record = Record(input, at: start) else {
                return startsLikeTLS(input, at: start) && input.count < mostBytes ? .needMore : .notTLS
            }
            for i in record.content { message.append(input[i]) }
            start = record.content.upperBound
            if let first = message.first, first != 1 { return .notTLS }
            if message.count >= 4 {
                let length = Int(message[1]) << 16 | Int(message[2]) << 8 | Int(message[3])
                if length > mostBytes { return .notTLS }
                if message.count >= 4 + length { return name(in: message[4..<(4 + length)]) }
            }
        }
    }

    private struct Record {
        let content: Range<Int>

        /// `nil` where it is not whole, or none.
        init?(_ input: Span<UInt8>, at start: Int) {
            guard start + 5 <= input.count, startsLikeTLS(input, at: start) else { return nil }
            let length = Int(input[start + 3]) << 8 | Int(input[start + 4])
            guard length > 0, length <= 16384 + 256, start + 5 + length <= input.count else { return nil }
            content = (start + 5)..<(start + 5 + length)
        }
    }

    /// A handshake record of any version of TLS, as far as it is there.
    private static func startsLikeTLS(_ input: Span<UInt8>, at start: Int) -> Bool {
        if start < input.count && input[start] != 22 { return false }
        if start + 1 < input.count && input[start + 1] != 3 { return false }
        guard start + 4 < input.count else { return true }
        let length = Int(input[start + 3]) << 8 | Int(input[start + 4])
        return length > 0 && length <= 16384 + 256
    }

    private static func name(in hello: ArraySlice<UInt8>) -> Result {
        var rest = hello.dropFirst(2 + 32)
        guard skip(&rest, lengthBytes: 1), skip(&rest, lengthBytes: 2), skip(&rest, lengthBytes: 1) else { return .notTLS }
        if rest.isEmpty { return .none }
        guard var extensions = take(&rest, lengthBytes: 2) else { return .notTLS }
        while extensions.count >= 4 {
            let isServerName = extensions[extensions.startIndex] == 0 && extensions[extensions.startIndex + 1] == 0
            extensions = extensions.dropFirst(2)
            guard let content = take(&extensions, lengthBytes: 2) else { return .notTLS }
            if isServerName { return serverName(in: content) }
        }
        return .none
    }

    private static func serverName(in content: ArraySlice<UInt8>) -> Result {
        var content = content
        guard var list = take(&content, lengthBytes: 2), let type = list.popFirst(), type == 0, let name = take(&list, lengthBytes: 2)
        else {
            return .notTLS
        }
        var host: [UInt8] = []
        guard case .valid(nil) = HostName.parse(Array(name), into: &host) else { return .notTLS }
        return .name(host)
    }

    private static func skip(_ rest: inout ArraySlice<UInt8>, lengthBytes: Int) -> Bool { take(&rest, lengthBytes: lengthBytes) != nil }

    private static func take(_ rest: inout ArraySlice<UInt8>, lengthBytes: Int) -> ArraySlice<UInt8>? {
        guard rest.count >= lengthBytes else { return nil }
        let length = rest.prefix(lengthBytes).reduce(0) { $0 << 8 | Int($1) }
        rest = rest.dropFirst(lengthBytes)
        guard rest.count >= length else { return nil }
        defer { rest = rest.dropFirst(length) }
        return rest.prefix(length)
    }
}
