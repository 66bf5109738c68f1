/// Why a request head is refused: the status the client deserves, and a sentence for the log.
package struct RequestHeadError: Error, Equatable, Sendable {
    /// 400, 405, 414, 494 (sent as 400), 501 or 505. The connection is to be closed after the answer.
    package let status: Int
    package let reason: String

    package init(status: Int, reason: String) {
        self.status = status
        self.reason = reason
    }

    static var method: Self { Self(status: 400, reason: "client sent invalid method") }
    static var request: Self { Self(status: 400, reason: "client sent invalid request") }
    static var version: Self { Self(status: 505, reason: "client sent invalid version") }
    static var oldVersion: Self { Self(status: 400, reason: "client sent HTTP/0.9 request") }
    static var lineTooLong: Self { Self(status: 414, reason: "client sent too long URI") }
    static var headerLineTooLong: Self { Self(status: 494, reason: "client sent too long header line") }
    static var tooLarge: Self { Self(status: 494, reason: "client sent too large request") }
    static var tooManyLines: Self { Self(status: 494, reason: "client sent too many header lines") }
    static var headerLine: Self { Self(status: 400, reason: "client sent invalid header line") }
    static var duplicateLine: Self { Self(status: 400, reason: "client sent duplicate header line") }
    static var duplicateHost: Self { Self(status: 400, reason: "client sent duplicate host header") }
    static var host: Self { Self(status: 400, reason: "client sent invalid host header") }
    static var targetHost: Self { Self(status: 400, reason: "client sent invalid host in request line") }
    static var noHost: Self { Self(status: 400, reason: "client sent HTTP/1.1 request without \"Host\" header") }
    static var contentLength: Self { Self(status: 400, reason: "client sent invalid \"Content-Length\" header") }
    static var oldTransferEncoding: Self {
        Self(status: 400, reason: "client sent HTTP/1.0 request with \"Transfer-Encoding\" header")
    }
    static var twoLengths: Self {
        Self(status: 400, reason: "client sent \"Content-Length\" and \"Transfer-Encoding\" headers at the same time")
    }
    static var transferEncoding: Self { Self(status: 501, reason: "client sent unknown \"Transfer-Encoding\"") }
    static var connect: Self { Self(status: 405, reason: "client sent CONNECT method") }
    static var connectBody: Self { Self(status: 400, reason: "client sent CONNECT request with body") }
    static var trace: Self { Self(status: 405, reason: "client sent TRACE method") }
}
