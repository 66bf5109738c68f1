/// An upstream's status line and fields, with what they say about framing and the connection already judged.
public struct ResponseHead: Sendable {
    package var status = 0
    /// The reason phrase as received; may be empty.
    package var reason: [UInt8] = []
    package var version: HTTPVersion = .http11
    package var fields = HeaderFields()
    /// From `Content-Length`, in bytes.
    package var contentLength: Int?
    package var isChunked = false
    /// Whether the upstream lets the connection be used again.
    package var keepsAlive = true

    package init() {}

    /// Forgets the message and keeps the memory.
    package mutating func reset() {
        status = 0
        reason.empty()
        version = .http11
        fields.removeAll()
        contentLength = nil
        isChunked = false
        keepsAlive = true
    }

    /// Whether another response to the same request follows (RFC 9110 §15.2); 101 ends the exchange of messages instead.
    package var isInterim: Bool { status >= 100 && status < 200 && status != 101 }
}

/// Why a response head is refused: a sentence for the log. The client gets 502, and the connection is closed.
package struct ResponseHeadError: Error, Equatable, Sendable {
    package let reason: String

    package init(reason: String) { self.reason = reason }

    static var statusLine: Self { Self(reason: "upstream sent no valid HTTP/1.0 header") }
    static var header: Self { Self(reason: "upstream sent invalid header") }
    static var tooBig: Self { Self(reason: "upstream sent too big header") }
    static var tooManyLines: Self { Self(reason: "upstream sent too many header lines") }
    static var contentLength: Self { Self(reason: "upstream sent invalid \"Content-Length\" header") }
    static var duplicateContentLength: Self { Self(reason: "upstream sent duplicate header line: \"Content-Length\"") }
    static var duplicateTransferEncoding: Self { Self(reason: "upstream sent duplicate header line: \"Transfer-Encoding\"") }
    static var transferEncoding: Self { Self(reason: "upstream sent unknown \"Transfer-Encoding\"") }
    static var twoLengths: Self {
        Self(reason: "upstream sent \"Content-Length\" and \"Transfer-Encoding\" headers at the same time")
    }
}
