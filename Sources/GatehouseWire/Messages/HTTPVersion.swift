/// The protocol a message came in. Minor versions above 1 are treated as HTTP/1.1 (RFC 9110 §2.5).
package enum HTTPVersion: UInt8, Sendable, Comparable {
    case http10
    case http11
    case http2

    package var text: StaticString {
        switch self {
        case .http10: "HTTP/1.0"
        case .http11: "HTTP/1.1"
        case .http2: "HTTP/2.0"
        }
    }

    package static func < (left: HTTPVersion, right: HTTPVersion) -> Bool { left.rawValue < right.rawValue }
}
