import GatehouseWire

/// The answer as handlers and filters see it, before a protocol writes it down.
package struct Response {
    package var status = 0
    /// The upstream's own words, when the answer is passed on.
    package var reason: [UInt8] = []
    /// `nil`: not known before the end.
    package var contentLength: Int?
    package var contentType: [UInt8] = []
    package var lastModified: [UInt8] = []
    /// Bytes of `Location`; made absolute when written, where the configuration says so.
    package var location: [UInt8] = []
    /// Server and Date of the upstream, where `proxy_pass_header` lets them through.
    package var serverField: [UInt8]?
    package var dateField: [UInt8]?
    /// All other fields, in order.
    package var fields = HeaderFields()
    package var trailers = HeaderFields()
    /// The configuration adds trailers when the body ends.
    package var expectsTrailers = false
    /// There is no body: HEAD, 204, 304.
    package var hasNoBody = false
    /// The head has been handed to the client's stream: nothing above can change any more.
    package var isStarted = false
    /// The client was sent the whole answer.
    package var isComplete = false
    /// Payload bytes handed to the client's stream, without framing.
    package var bodyBytesSent = 0
    /// Bytes to the client after a 101.
    package var tunnelBytesSent = 0
    /// The connection has to close after this answer.
    package var closesConnection = false
    /// Ranges may be cut from this answer.
    package var allowsRanges = false
    /// The body can be read in any order, so several ranges may be sent.
    package var allowsManyRanges = false
    /// What is to be kept of a body passing by.
    package var cut: RangeCut?
    /// When the first payload bytes of a limited answer could go.
    package var pacedSince: MonotonicInstant?
    /// When the rates that it shares let more of the answer go.
    package var shareDue: MonotonicInstant?
    /// `location` is the upstream's and is passed on as it is.
    package var isLocationFinal = false
    /// The connection carries a tunnel's bytes behind this head, nothing framed.
    package var opensTunnel = false

    package init() {}

    package mutating func reset() {
        status = 0
        isStarted = false
        isComplete = false
        bodyBytesSent = 0
        tunnelBytesSent = 0
        closesConnection = false
        clearHead()
    }

    /// Forgets the fields, as when an error page takes the place of an answer.
    package mutating func clearHead() {
        // An upstream's own array: to empty it would be to copy it.
        reason = []
        contentLength = nil
        contentType.empty()
        lastModified.empty()
        location.empty()
        serverField = nil
        dateField = nil
        fields.removeAll()
        trailers.removeAll()
        expectsTrailers = false
        hasNoBody = false
        allowsRanges = false
        allowsManyRanges = false
        cut = nil
        pacedSince = nil
        shareDue = nil
        isLocationFinal = false
        opensTunnel = false
    }
}
