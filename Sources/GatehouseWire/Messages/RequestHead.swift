/// A request's first line and fields, with what they say about framing and the connection already judged.
///
/// Filled by `RequestHeadParser`; reused from request to request, so `reset` keeps all memory. While a head is still being
/// received, or after it was refused, it holds the lines that were complete and whole, which is what a log can show.
public struct RequestHead: Sendable {
    /// The form of the request target (RFC 9112 §3.2).
    package enum Form: Sendable, Equatable {
        case origin
        /// The authority is as received, with its port.
        case absolute(scheme: [UInt8], authority: [UInt8])
        case authority
        case asterisk
    }

    @usableFromInline package var method: HTTPMethod = .get
    package var version: HTTPVersion = .http11
    /// The request target exactly as received.
    @usableFromInline package var target: [UInt8] = []
    package var form: Form = .origin
    @usableFromInline package var fields = HeaderFields()

    /// From the absolute-form or CONNECT target, else from `Host`; nil means none, or zero.
    package var hostPort: Int?
    /// From `Content-Length`, in bytes.
    package var contentLength: Int?
    /// Whether the body comes in chunks.
    package var isChunked = false
    /// `Expect: 100-continue` in HTTP/1.1.
    package var expectsContinue = false
    /// Whether the client would like the connection to stay open.
    package var keepsAlive = true
    /// Whether `Connection: upgrade` and an `Upgrade` field stand in an HTTP/1.1 request.
    package var requestsUpgrade = false

    /// Where path and query start in `target`: behind the authority of the absolute form, else 0.
    @usableFromInline package internal(set) var pathStart = 0
    @usableFromInline var hostText: [UInt8] = []
    /// Ranges of `fields.bytes`; empty until received.
    @usableFromInline var requestLineRange = 0..<0
    var protocolRange = 0..<0

    package init() {}

    /// Forgets the message and keeps the memory.
    package mutating func reset() {
        method = .get
        version = .http11
        target.empty()
        form = .origin
        fields.removeAll()
        hostPort = nil
        contentLength = nil
        isChunked = false
        expectsContinue = false
        keepsAlive = true
        requestsUpgrade = false
        pathStart = 0
        hostText.empty()
        requestLineRange = 0..<0
        protocolRange = 0..<0
    }

    /// The valid host in lower case, without port and final dot; nil where an HTTP/1.0 request names none.
    // What reads a head that lies in a class is inlinable: else all of the head is copied for the call.
    @inlinable package var host: [UInt8]? {
        get { hostText.isEmpty ? nil : hostText }
        set { hostText = newValue ?? [] }
    }

    /// The target names its host itself, as requests to a proxy do (RFC 9112 §3.2.2, §3.2.3).
    package var namesDestination: Bool {
        switch form {
        case .absolute, .authority: true
        case .origin, .asterisk: false
        }
    }

    @inlinable package var methodBytes: [UInt8] { method.bytes }

    /// The first line as received, without its end.
    @inlinable package var requestLine: [UInt8] { Array(fields.bytes[requestLineRange]) }

    @inlinable package func appendRequestLine(to buffer: ByteBuffer) { buffer.append(fields.bytes, range: requestLineRange) }

    /// The protocol as received, such as `HTTP/1.1`: nginx's `$server_protocol`.
    package var protocolName: [UInt8] {
        protocolRange.isEmpty ? Array(version.text.description.utf8) : Array(fields.bytes[protocolRange])
    }

    /// Path and query as nginx's `$request_uri` has them: the target without scheme and authority, `/` where that leaves nothing.
    @inlinable package var originTarget: [UInt8] {
        if pathStart == 0 { return target }
        return pathStart < target.count ? Array(target[pathStart...]) : [UInt8(ascii: "/")]
    }
}
