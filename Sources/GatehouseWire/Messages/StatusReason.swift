/// The words behind status codes, as nginx writes them.
package enum StatusReason {
    /// The reason phrase of a status line; empty for codes without one.
    package static func phrase(_ status: Int) -> String {
        switch status {
        case 100: "Continue"
        case 101: "Switching Protocols"
        case 103: "Early Hints"
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 206: "Partial Content"
        case 301: "Moved Permanently"
        case 302: "Moved Temporarily"
        case 303: "See Other"
        case 304: "Not Modified"
        case 307: "Temporary Redirect"
        case 308: "Permanent Redirect"
        case 400..<500: clientError(status)
        case 500..<600: serverError(status)
        default: ""
        }
    }

    private static func clientError(_ status: Int) -> String {
        switch status {
        case 400, 494, 495, 496, 497: "Bad Request"
        case 401: "Unauthorized"
        case 402: "Payment Required"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Not Allowed"
        case 406: "Not Acceptable"
        case 407: "Proxy Authentication Required"
        case 408: "Request Time-out"
        case 409: "Conflict"
        case 410: "Gone"
        case 411: "Length Required"
        case 412: "Precondition Failed"
        case 413: "Request Entity Too Large"
        case 414: "Request-URI Too Large"
        case 415: "Unsupported Media Type"
        case 416: "Requested Range Not Satisfiable"
        case 421: "Misdirected Request"
        case 429: "Too Many Requests"
        default: ""
        }
    }

    private static func serverError(_ status: Int) -> String {
        switch status {
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Temporarily Unavailable"
        case 504: "Gateway Time-out"
        case 505: "HTTP Version Not Supported"
        case 507: "Insufficient Storage"
        default: ""
        }
    }

    /// The title of nginx's built-in page for a status, nil where it has none and answers without a body.
    package static func pageTitle(_ status: Int) -> String? {
        switch status {
        case 302: return "302 Found"
        case 401: return "401 Authorization Required"
        case 494: return "400 Request Header Or Cookie Too Large"
        case 495: return "400 The SSL certificate error"
        case 496: return "400 No required SSL certificate was sent"
        case 497: return "400 The plain HTTP request was sent to HTTPS port"
        case 498: return "404 Not Found"
        case 301, 303, 307, 308, 400..<600:
            let words = phrase(status)
            return words.isEmpty ? nil : "\(status) \(words)"
        default: return nil
        }
    }

    /// What stands under the title for the statuses that explain themselves.
    package static func pageDetail(_ status: Int) -> String? {
        switch status {
        case 494: "Request Header Or Cookie Too Large"
        case 495: "The SSL certificate error"
        case 496: "No required SSL certificate was sent"
        case 497: "The plain HTTP request was sent to HTTPS port"
        default: nil
        }
    }

    /// Whether the status is one of nginx's own, which never goes out as such.
    package static func isSpecial(_ status: Int) -> Bool { (494...499).contains(status) || status == 444 }

    /// The status on the wire for `status`: 400 for 494 to 497, 404 for 498.
    package static func sent(_ status: Int) -> Int {
        switch status {
        case 494...497: 400
        case 498: 404
        default: status
        }
    }
}
