/// Which location a block is, or belongs to; `if` and `limit_except` blocks have the place of the location around them.
package struct LocationPlace: Sendable, Equatable {
    package enum Kind: Sendable, Equatable { case server, prefix, prefixBeforeRegex, exact, regex, named }
    package var kind: Kind
    /// As written, modifier included: `/api/`, `= /`, `~ \.php$`, `@fallback`.
    package var name: String
    /// The literal URI of a prefix or exact location.
    package var prefix: [UInt8]

    package static let server = LocationPlace(kind: .server, name: "", prefix: [])

    package init(kind: Kind, name: String, prefix: [UInt8]) {
        self.kind = kind
        self.name = name
        self.prefix = prefix
    }
}
