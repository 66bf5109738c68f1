/// `sticky`: how a client's requests keep going to the same server of a group.
package enum StickySettings: Sendable {
    case cookie(StickyCookieSettings)
    /// The first of these that is not empty names the server.
    case route([Template])
    case learn(StickyLearnSettings)
}

/// `sticky cookie`: a cookie of our own names the server.
package struct StickyCookieSettings: Sendable {
    package enum Expiry: Sendable, Equatable {
        /// `expires=max`: the end of 2037.
        case max
        case after(Duration)
    }

    package var name: String
    /// `$cookie_NAME`.
    package var lookup: Template
    package var domain: Template?
    package var path: String?
    /// `nil`: the cookie ends with the client's session.
    package var expires: Expiry?
    package var isSecure = false
    package var isHTTPOnly = false
    package var sameSite: Template?

    package init(name: String, lookup: Template) {
        self.name = name
        self.lookup = lookup
    }

    /// Whether `SameSite` has a meaning with this value, in any case.
    package static func isSameSite(_ value: String) -> Bool { ["strict", "lax", "none"].contains(value.lowercased()) }
}

/// `sticky learn`: sessions that the servers open are remembered.
package struct StickyLearnSettings: Sendable {
    /// The first that is not empty in an answer opens a session.
    package var create: [Template] = []
    /// The first that is not empty in a request names its session.
    package var lookup: [Template] = []
    package var zone = ""
    /// In bytes; bounds how many sessions are remembered.
    package var zoneSize = 0
    /// How long after its last use a session is forgotten.
    package var timeout: Duration?
    /// `header`: learns when the head of the answer is there, not when all of it is.
    package var learnsFromHead = false

    package init() {}
}
