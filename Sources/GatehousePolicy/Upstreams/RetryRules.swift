/// Which failures let a request go on to another peer: the words of `proxy_next_upstream`.
package struct RetryConditions: OptionSet, Sendable, Hashable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package static let error = RetryConditions(rawValue: 1 << 0)
    package static let timeout = RetryConditions(rawValue: 1 << 1)
    package static let invalidHeader = RetryConditions(rawValue: 1 << 2)
    package static let http500 = RetryConditions(rawValue: 1 << 3)
    package static let http502 = RetryConditions(rawValue: 1 << 4)
    package static let http503 = RetryConditions(rawValue: 1 << 5)
    package static let http504 = RetryConditions(rawValue: 1 << 6)
    package static let http403 = RetryConditions(rawValue: 1 << 7)
    package static let http404 = RetryConditions(rawValue: 1 << 8)
    package static let http429 = RetryConditions(rawValue: 1 << 9)
    /// Also requests that may not be repeated without harm.
    package static let nonIdempotent = RetryConditions(rawValue: 1 << 10)
    /// Nothing else counts: no other peer is asked.
    package static let off = RetryConditions(rawValue: 1 << 11)

    /// The condition named by a word of the configuration.
    package init?(word: String) {
        switch word {
        case "error": self = .error
        case "timeout": self = .timeout
        case "invalid_header": self = .invalidHeader
        case "http_500": self = .http500
        case "http_502": self = .http502
        case "http_503": self = .http503
        case "http_504": self = .http504
        case "http_403": self = .http403
        case "http_404": self = .http404
        case "http_429": self = .http429
        case "non_idempotent": self = .nonIdempotent
        case "off": self = .off
        default: return nil
        }
    }

    /// The condition for an upstream's status; `nil` where none exists.
    package init?(status: Int) {
        switch status {
        case 403: self = .http403
        case 404: self = .http404
        case 429: self = .http429
        case 500: self = .http500
        case 502: self = .http502
        case 503: self = .http503
        case 504: self = .http504
        default: return nil
        }
    }
}

/// When and how often a request is repeated: `proxy_next_upstream`, `proxy_next_upstream_tries` and `…_timeout`.
package struct RetryRules: Sendable, Equatable {
    package var conditions: RetryConditions
    /// Attempts in all, the first included; 0 leaves it at one for each peer.
    package var tries: Int
    /// Time from the first attempt after which none is started; zero sets no limit.
    package var timeout: Duration

    package init(conditions: RetryConditions = [.error, .timeout], tries: Int = 0, timeout: Duration = .zero) {
        self.conditions = conditions
        self.tries = tries
        self.timeout = timeout
    }

    /// `conditions`, of which `off` leaves nothing.
    var effectiveConditions: RetryConditions { conditions.contains(.off) ? .off : conditions }
}
