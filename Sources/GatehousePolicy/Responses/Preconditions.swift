/// The conditions of a request against what a successful response to it would be (RFC 9110 §13), with nginx's order and
/// comparisons.
package struct Preconditions: Sendable, Equatable {
    /// `if_modified_since`
    package enum ModifiedSince: Sendable, Equatable { case off, exact, before }

    package enum Result: Sendable, Equatable { case proceed, notModified, preconditionFailed }

    package var ifMatch: [UInt8]?
    package var ifNoneMatch: [UInt8]?
    /// Seconds since 1970; -1 for a field that is no date. `nil`: no such field.
    package var ifModifiedSince: Int?
    package var ifUnmodifiedSince: Int?

    package init(
        ifMatch: [UInt8]? = nil, ifNoneMatch: [UInt8]? = nil, ifModifiedSince: Int? = nil, ifUnmodifiedSince: Int? = nil
    ) {
        self.ifMatch = ifMatch
        self.ifNoneMatch = ifNoneMatch
        self.ifModifiedSince = ifModifiedSince
        self.ifUnmodifiedSince = ifUnmodifiedSince
    }

    /// To be asked for responses of status 200.
    /// - Parameters:
    ///   - etag: the entity tag with its quotes, and `W/` where it is weak.
    ///   - lastModified: seconds since 1970.
    package func evaluate(etag: [UInt8]?, lastModified: Int?, rule: ModifiedSince = .exact) -> Result {
        if let ifUnmodifiedSince, lastModified.map({ ifUnmodifiedSince < $0 }) ?? true { return .preconditionFailed }
        if let ifMatch, !EntityTagList(ifMatch).contains(etag, isWeak: false) { return .preconditionFailed }
        if ifModifiedSince == nil && ifNoneMatch == nil { return .proceed }
        if let ifModifiedSince, isModified(since: ifModifiedSince, lastModified, rule) { return .proceed }
        if let ifNoneMatch, !EntityTagList(ifNoneMatch).contains(etag, isWeak: true) { return .proceed }
        return .notModified
    }

    /// Whether a `Range` counts (RFC 9110 §13.1.5).
    /// - Parameters:
    ///   - ifRange: the field; `nil` where there is none.
    ///   - date: the field read as a date in seconds since 1970, -1 where it is none.
    package static func allowsRange(ifRange: [UInt8]?, date: Int, etag: [UInt8]?, lastModified: Int?) -> Bool {
        guard let ifRange else { return true }
        if ifRange.count >= 2 && ifRange.last == UInt8(ascii: "\"") { return etag == ifRange }
        return lastModified == date
    }

    private func isModified(since date: Int, _ lastModified: Int?, _ rule: ModifiedSince) -> Bool {
        guard let lastModified else { return true }
        switch rule {
        case .off: return true
        case .exact: return date != lastModified
        case .before: return date < lastModified
        }
    }
}
