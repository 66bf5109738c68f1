/// The field names Gatehouse acts on; every other name is looked up by its bytes.
///
/// The names up to `proxyAuthorization` may stand in a request once only, as in nginx.
@usableFromInline package enum FieldName: UInt8, Sendable, CaseIterable {
    case host
    case contentLength
    case transferEncoding
    case contentRange
    case expect
    case ifRange
    case ifModifiedSince
    case ifUnmodifiedSince
    case ifMatch
    case ifNoneMatch
    case authorization
    case proxyAuthorization
    case contentType
    case range
    case userAgent
    case referer
    case connection
    case te
    case trailer
    case upgrade
    case keepAlive
    case proxyConnection
    case proxyAuthenticate
    case wwwAuthenticate
    case contentEncoding
    case contentLanguage
    case contentDisposition
    case contentLocation
    case accept
    case acceptEncoding
    case acceptLanguage
    case acceptCharset
    case acceptRanges
    case cookie
    case setCookie
    case date
    case server
    case location
    case refresh
    case lastModified
    case etag
    case expires
    case cacheControl
    case pragma
    case age
    case vary
    case link
    case allow
    case retryAfter
    case via
    case forwarded
    case xForwardedFor
    case xForwardedProto
    case xForwardedHost
    case xRealIP
    case xRequestID
    case xAccelExpires
    case xAccelRedirect
    case xAccelLimitRate
    case xAccelBuffering
    case xAccelCharset
    case xPoweredBy
    case status
    case http2Settings
    case priority
    case origin
    case depth
    case destination
    case overwrite
    case warning
    case altSvc
    case earlyData
    case strictTransportSecurity
    case accessControlAllowOrigin
    case traceparent

    /// The name for `bytes` in any letter case; nil for names Gatehouse does not know. Allocates nothing.
    package init?(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        let count = range.count
        guard count >= 2, count <= FieldName.longestName else { return nil }
        let first = ByteClass.lowercase(bytes[range.lowerBound])
        let third = ByteClass.lowercase(bytes[range.lowerBound &+ count / 3])
        let middle = ByteClass.lowercase(bytes[range.lowerBound &+ count / 2])
        let last = ByteClass.lowercase(bytes[range.upperBound &- 1])
        let slot = FieldName.slot(first: first, third: third, middle: middle, last: last, count: count)
        guard let name = FieldName(rawValue: FieldName.slots[slot]) else { return nil }
        let start = Int(FieldName.offsets[Int(name.rawValue)])
        guard Int(FieldName.offsets[Int(name.rawValue) &+ 1]) &- start == count else { return nil }
        let letters = FieldName.letters
        var i = 0
        while i &+ 8 <= count {
            // Setting the bit folds letters; what else it maps onto letters, digits and the hyphen are controls, which no name has.
            let word = bytes.word(at: range.lowerBound &+ i) | 0x2020_2020_2020_2020
            guard word == letters.span.word(at: start &+ i) else { return nil }
            i &+= 8
        }
        if i < count, range.lowerBound &+ i &+ 8 <= bytes.count, start &+ i &+ 8 <= letters.count {
            // The letters behind the names' ends are cut off on both sides.
            let shift = UInt64(8 &- (count &- i)) &* 8
            let word = bytes.word(at: range.lowerBound &+ i) | 0x2020_2020_2020_2020
            guard word &<< shift == letters.span.word(at: start &+ i) &<< shift else { return nil }
            i = count
        }
        while i < count {
            guard ByteClass.lowercase(bytes[range.lowerBound &+ i]) == letters[start &+ i] else { return nil }
            i &+= 1
        }
        self = name
    }

    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        self.init(bytes.span, 0..<bytes.count)
    }

    /// Whether a request may carry the field once only.
    @inlinable package var isUniqueInRequests: Bool { rawValue <= FieldName.proxyAuthorization.rawValue }

    /// The name in lower case, as HTTP/2 and variables write it.
    package var lowercase: String { canonical.lowercased() }

    /// The name in lower case, as bytes.
    package var lowercaseBytes: ArraySlice<UInt8> {
        FieldName.letters[Int(FieldName.offsets[Int(rawValue)])..<Int(FieldName.offsets[Int(rawValue) + 1])]
    }

    /// The name as it is usually written.
    package var canonical: String { FieldName.canonicalNames[Int(rawValue)] }
}
