import GatehouseConfig
import GatehouseWire

/// `$http_NAME` and its relatives: all values of a field, joined as nginx joins them.
enum FieldValues {
    /// - Parameter name: the part of the variable's name that names the field: lower case, `_` or `-` between words.
    static func joined(_ name: [UInt8], _ fields: HeaderFields) -> [UInt8]? {
        let indices = fields.indices(variable: name)
        guard let first = indices.first else { return nil }
        if indices.count == 1 { return Array(fields.value(at: first)) }
        let separator = Array((name == Array("cookie".utf8) ? "; " : ", ").utf8)
        var result = Array(fields.value(at: first))
        for i in indices.dropFirst() { result += separator + fields.value(at: i) }
        return result
    }
}

/// `$sent_http_NAME`.
enum ResponseFieldValues {
    static func value(_ name: [UInt8], _ exchange: Exchange) -> [UInt8]? {

        switch String(decoding: name, as: UTF8.self).replacingDashes {
        case "content_type": return exchange.response.contentType.isEmpty ? nil : exchange.response.contentType
        case "content_length": return exchange.response.contentLength.map { BuiltinVariables.text($0) }
        case "last_modified": return exchange.response.lastModified.isEmpty ? nil : exchange.response.lastModified
        case "location": return exchange.response.location.isEmpty ? nil : exchange.response.location
        case "connection":
            if exchange.response.status == 101 { return BuiltinVariables.text("upgrade") }
            return BuiltinVariables.text(exchange.client.keepsAlive ? "keep-alive" : "close")
        case "keep_alive":
            guard exchange.client.keepsAlive, let timeout = exchange.location.settings.keepaliveHeaderTimeout else { return nil }
            return BuiltinVariables.text("timeout=\(timeout.components.seconds)")
        case "transfer_encoding": return exchange.client.isChunkedAnswer ? BuiltinVariables.text("chunked") : nil
        default: return FieldValues.joined(name, exchange.response.fields)
        }
    }
}

extension String {
    fileprivate var replacingDashes: String { String(map { $0 == "-" ? "_" : $0 }) }
}

/// `$arg_NAME`.
enum QueryArguments {
    /// The first argument named `name`, letter case aside, as it stands in the query.
    static func value(of name: [UInt8], in arguments: [UInt8]) -> [UInt8]? {
        for pair in arguments.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: true) {
            guard let equals = pair.firstIndex(of: UInt8(ascii: "=")) else { continue }
            if HeaderFields.equalsIgnoringCase(pair[..<equals], name) { return Array(pair[(equals + 1)...]) }
        }
        return nil
    }
}

/// `$upstream_cookie_NAME`.
enum UpstreamCookies {
    static func value(of name: [UInt8], in fields: HeaderFields) -> [UInt8]? {
        for i in 0..<fields.count where fields.fields[i].id == .setCookie {
            let pair = fields.value(at: i).prefix { $0 != UInt8(ascii: ";") }
            guard let equals = pair.firstIndex(of: UInt8(ascii: "=")), !pair[..<equals].starts(with: [0x20]) else { continue }
            if HeaderFields.equalsIgnoringCase(trimmed(pair[..<equals]), name) { return Array(pair[(equals + 1)...].drop { $0 == 0x20 }) }
        }
        return nil
    }

    private static func trimmed(_ name: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard let last = name.lastIndex(where: { $0 != 0x20 }) else { return [] }
        return name[...last]
    }
}
