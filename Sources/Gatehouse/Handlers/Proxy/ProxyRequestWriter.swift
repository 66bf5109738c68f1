import GatehouseConfig
import GatehouseWire

/// Writes the head of a request to an upstream: our own request line, framing and hop-by-hop fields, the configured fields, and what the
/// client sent besides.
enum ProxyRequestWriter {
    enum Framing: Equatable {
        case none, length(Int), chunked
    }

    static func write(
        _ exchange: Exchange, plan shared: SharedProxyPlan, destination: ProxyDestination, framing: Framing, to out: ByteBuffer
    ) {
        let location = exchange.location
        writeMethod(exchange, to: out)
        out.append(0x20)
        writeURI(exchange, destination, to: out)
        out.append(location.settings.proxy.httpVersion == .http10 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n")
        if !shared.plan.setsHost {
            out.append("Host: ")
            out.append(destination.host)
            out.append("\r\n")
        }
        if let parent = exchange.exit?.parent, parent.kind == .connect, let credentials = parent.credentials {
            out.append("Proxy-Authorization: Basic ")
            out.append(Base64.encode(credentials.user + [UInt8(ascii: ":")] + credentials.password))
            out.append("\r\n")
        }
        for rule in shared.plan.setHeaders { write(rule, exchange, to: out) }
        switch framing {
        case .none: break
        case .length(let length):
            out.append("Content-Length: ")
            out.appendDecimal(length)
            out.append("\r\n")
        case .chunked: out.append("Transfer-Encoding: chunked\r\n")
        }
        if location.settings.proxy.passesRequestHeaders { copyFields(exchange, shared, to: out) }
        out.append("\r\n")
    }

    private static func writeMethod(_ exchange: Exchange, to out: ByteBuffer) {
        if let method = exchange.location.settings.proxy.method {
            let start = out.count
            exchange.append(method, to: out)
            if out.count > start { return }
        }
        // After an internal redirect it may be another than the client's.
        exchange.method.append(to: out)
    }

    /// The URI: what the location's prefix became, or the target as the client sent it (nginx's rules for `proxy_pass` with a URI).
    static func writeURI(_ exchange: Exchange, _ destination: ProxyDestination, to out: ByteBuffer) {
        guard let uri = destination.uri, !uri.isEmpty else { return writeOwnURI(exchange, dropping: 0, to: out) }
        if destination.isURIFinal {
            if uri[0] == UInt8(ascii: "?") { out.append(UInt8(ascii: "/")) }
            out.append(uri)
            return
        }
        // As nginx: a rewritten path that stays in its location goes to the upstream whole.
        if !exchange.pathMatchesLocation { return writePath(exchange, from: 0, to: out) }
        let location = exchange.location
        out.append(uri)
        let dropped = location.isRegex || location.isNamed ? 0 : min(location.prefix.count, exchange.path.count)
        writePath(exchange, from: dropped, to: out)
    }

    private static func writeOwnURI(_ exchange: Exchange, dropping: Int, to out: ByteBuffer) {
        if exchange.isTargetUntouched, case .origin = exchange.head.form {
            out.append(exchange.head.target)
        } else {
            writePath(exchange, from: 0, to: out)
        }
    }

    private static func writePath(_ exchange: Exchange, from start: Int, to out: ByteBuffer) {
        let tail = start == 0 ? exchange.path : Array(exchange.path[start...])
        out.append(URIEscaping.escape(tail, .uri))
        if !exchange.arguments.isEmpty {
            out.append(UInt8(ascii: "?"))
            out.append(exchange.arguments)
        }
    }

    private static func write(_ rule: HeaderRule, _ exchange: Exchange, to out: ByteBuffer) {
        let start = out.count
        out.append(rule.name)
        out.append(": ")
        let valueStart = out.count
        exchange.append(rule.value, to: out)
        if out.count == valueStart {
            out.truncate(to: start)  // an empty value: the field is not sent
            return
        }
        removeLineBreaks(out, from: valueStart)
        out.append("\r\n")
    }

    /// A value computed from a request may hold anything; a line end in it would be a field of the client's making.
    private static func removeLineBreaks(_ out: ByteBuffer, from start: Int) {
        out.blankLineBreaks(from: start)
    }

    private static func copyFields(_ exchange: Exchange, _ shared: SharedProxyPlan, to out: ByteBuffer) {
        // The list stays where it is: a copy of it costs more than what is written here.
        if !exchange.head.fields.contains(.connection) {
            return exchange.head.fields.appendLines(to: out) { shared.plan.suppressed.contains($0, in: exchange.head.fields.bytes) }
        }
        let named = ConnectionOptions.named(in: exchange.head.fields)
        exchange.head.fields.appendLines(to: out) {
            shared.plan.suppressed.contains($0, in: exchange.head.fields.bytes) || named.strips($0, in: exchange.head.fields.bytes)
        }
    }
}

/// The fields a client's `Connection` names: hop-by-hop, so they end here (RFC 9110 §7.6.1) - except those that it must not strip.
struct ConnectionOptions {
    private var names: [[UInt8]] = []

    /// Without these a backend would take the request for somebody else's or read it wrongly.
    private static let protected = FieldNameSet([
        .host, .contentLength, .transferEncoding, .xForwardedFor, .xForwardedProto, .xForwardedHost, .xRealIP, .forwarded, .via,
        .authorization,
        .cookie, .range, .contentType,
    ])

    static func named(in fields: HeaderFields) -> ConnectionOptions {
        var options = ConnectionOptions()
        guard fields.contains(.connection) else { return options }
        for i in 0..<fields.count where fields.fields[i].id == .connection {
            let value = fields.value(at: i)
            // Nearly always one of these, which name no field.
            if value.elementsEqual("keep-alive".utf8) || value.elementsEqual("close".utf8) { continue }
            for token in FieldList.elements(of: Array(value)) {
                let lower = token.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }
                if lower != Array("close".utf8) && lower != Array("keep-alive".utf8) { options.names.append(lower) }
            }
        }
        return options
    }

    func strips(_ field: HeaderFields.Field, in bytes: @autoclosure () -> [UInt8]) -> Bool {
        if names.isEmpty { return false }
        if let id = field.id, ConnectionOptions.protected.contains(id) { return false }
        let name = bytes()[field.name]
        return names.contains { HeaderFields.equalsIgnoringCase(name, $0) }
    }
}
