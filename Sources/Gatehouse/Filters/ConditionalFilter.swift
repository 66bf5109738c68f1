import GatehouseConfig
import GatehousePolicy
import GatehouseWire

/// Turns a 200 into a 304 or 412 where the request's conditions say so (RFC 9110 §13, `if_modified_since`).
enum ConditionalFilter {
    /// - Returns: 412 where a precondition failed.
    static func apply(to exchange: Exchange) -> Disposition? {
        guard exchange.response.status == 200, let conditions = Preconditions(exchange.head.fields) else { return nil }
        let result = conditions.evaluate(
            etag: exchange.response.fields.valueBytes(.etag), lastModified: HTTPDate.parse(exchange.response.lastModified),
            rule: rule(exchange.settings.ifModifiedSince))
        switch result {
        case .proceed: return nil
        case .notModified:
            becomeNotModified(exchange)
            return nil
        case .preconditionFailed:
            exchange.response.clearHead()
            return .status(412)
        }
    }

    /// RFC 9110 §15.4.5: what describes the body goes, what validates it stays.
    private static func becomeNotModified(_ exchange: Exchange) {
        exchange.response.status = 304
        exchange.response.reason = []
        exchange.response.contentType = []
        exchange.response.contentLength = nil
        exchange.response.hasNoBody = true
        exchange.response.allowsRanges = false
        exchange.response.fields.remove(.contentEncoding)
        exchange.response.fields.remove(.acceptRanges)
    }

    private static func rule(_ setting: IfModifiedSince) -> Preconditions.ModifiedSince {
        switch setting {
        case .off: .off
        case .exact: .exact
        case .before: .before
        }
    }
}

extension Preconditions {
    /// The conditions among a request's fields; `nil` where there are none.
    fileprivate init?(_ fields: HeaderFields) {
        guard
            fields.contains(.ifMatch) || fields.contains(.ifNoneMatch) || fields.contains(.ifModifiedSince)
                || fields.contains(.ifUnmodifiedSince)
        else { return nil }
        self.init(
            ifMatch: fields.valueBytes(.ifMatch), ifNoneMatch: fields.valueBytes(.ifNoneMatch),
            ifModifiedSince: fields.valueBytes(.ifModifiedSince).map { HTTPDate.parse($0) ?? -1 },
            ifUnmodifiedSince: fields.valueBytes(.ifUnmodifiedSince).map { HTTPDate.parse($0) ?? -1 })
    }
}
