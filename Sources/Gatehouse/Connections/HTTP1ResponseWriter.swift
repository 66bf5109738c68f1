import GatehouseConfig
import GatehousePolicy
import GatehouseWire

/// Writes an exchange's answer down as HTTP/1: status line, fields in nginx's order, framing. Knows no socket.
package struct HTTP1ResponseWriter {
    private enum Framing {
        case none, length, chunked, untilClose
    }
    private var framing: Framing = .none
    private var isHTTP11 = true
    private var isHead = false
    /// After this answer the connection may carry another request.
    package private(set) var keepsAlive = true
    package private(set) var keepaliveTimeout: Duration = .seconds(75)
    package var bytesSent = 0

    package init() {}

    package mutating func begin(_ exchange: Exchange) {
        isHTTP11 = exchange.head.version == .http11
        isHead = exchange.head.method.isHead
        keepsAlive = exchange.head.keepsAlive
        framing = .none
    }

    package mutating func mustClose() { keepsAlive = false }

    // MARK: Head

    package mutating func writeHead(of exchange: Exchange, connection: HTTP1Connection, to out: ByteBuffer) {
        chooseFraming(exchange, connection: connection)
        writeStatusLine(exchange, to: out)
        writeServer(exchange, to: out)
        writeStandardFields(exchange, to: out)
        writeConnection(exchange, to: out)
        exchange.response.fields.appendLines(to: out)
        out.append("\r\n")
    }

    private mutating func chooseFraming(_ exchange: Exchange, connection: HTTP1Connection) {
        let location = exchange.location
        if exchange.response.status == 101 || exchange.response.opensTunnel {
            framing = .none
            keepsAlive = true
            return
        }
        if exchange.response.hasNoBody && !isHead || exchange.response.status == 204 || exchange.response.status == 304 {
            framing = .none
        } else if exchange.response.contentLength != nil && !sendsTrailers(exchange) {
            framing = .length
        } else if isHead {
            framing = .none
        } else if isHTTP11 && location.settings.chunkedTransferEncoding {
            framing = .chunked
        } else {
            framing = .untilClose
            keepsAlive = false
        }
        if keepsAlive && !mayKeepAlive(exchange, connection: connection) { keepsAlive = false }
        keepaliveTimeout = location.settings.keepaliveTimeout
    }

    /// Trailers need chunks, even where the length is known (RFC 9112 §7.1.2).
    private func sendsTrailers(_ exchange: Exchange) -> Bool {
        let hasTrailers = exchange.response.expectsTrailers || exchange.response.trailers.count > 0
        return hasTrailers && isHTTP11 && !isHead && exchange.location.settings.chunkedTransferEncoding
    }

    private func mayKeepAlive(_ exchange: Exchange, connection: HTTP1Connection) -> Bool {
        let location = exchange.location
        if exchange.response.closesConnection || connection.context.isDraining { return false }
        if location.settings.keepaliveTimeout == .zero { return false }
        if connection.facts.requests >= location.settings.keepaliveRequests { return false }
        if connection.facts.acceptedAt + location.settings.keepaliveTime <= connection.context.loop.now { return false }
        if losesRequests(exchange) { return false }
        return !connection.bodyReader.isBroken
    }

    /// `keepalive_disable`
    private func losesRequests(_ exchange: Exchange) -> Bool {
        let disabled = exchange.location.settings.keepaliveDisable
        guard disabled.contains(.safari) || disabled.contains(.msie6) && exchange.head.method.isPost,
            let agent = exchange.head.fields.firstIndex(of: .userAgent)
        else { return false }
        switch FaultyBrowser(userAgent: exchange.head.fields.value(at: agent)) {
        case .msie6: return disabled.contains(.msie6) && exchange.head.method.isPost
        case .safari: return disabled.contains(.safari)
        case nil: return false
        }
    }

    private func writeStatusLine(_ exchange: Exchange, to out: ByteBuffer) {
        if exchange.response.status == 200 && hasUsualReason(exchange) { return out.append("HTTP/1.1 200 OK\r\n") }
        out.append("HTTP/1.1 ")
        out.appendDecimal(exchange.response.status)
        out.append(0x20)
        if exchange.response.reason.isEmpty {
            out.append(StatusReason.phrase(exchange.response.status))
        } else {
            out.append(exchange.response.reason)
        }
        out.append("\r\n")
    }

    /// None of an upstream's, or the same.
    private func hasUsualReason(_ exchange: Exchange) -> Bool {
        switch exchange.response.reason.count {
        case 0: true
        case 2: exchange.response.reason[0] == UInt8(ascii: "O") && exchange.response.reason[1] == UInt8(ascii: "K")
        default: false
        }
    }

    private func writeServer(_ exchange: Exchange, to out: ByteBuffer) {
        if let server = exchange.response.serverField {
            out.append("Server: ")
            out.append(server)
            out.append("\r\n")
        } else {
            ServerSignature.appendField(of: exchange, to: out)
        }
        out.append("Date: ")
        if let date = exchange.response.dateField {
            out.append(date)
        } else {
            exchange.context.appendDate(to: out)
        }
        out.append("\r\n")
    }

    private func writeStandardFields(_ exchange: Exchange, to out: ByteBuffer) {
        if !exchange.response.contentType.isEmpty {
            out.append("Content-Type: ")
            out.append(exchange.response.contentType)
            out.append("\r\n")
        }
        if let length = exchange.response.contentLength, framing == .length || isHead {
            out.append("Content-Length: ")
            out.appendDecimal(length)
            out.append("\r\n")
        }
        if !exchange.response.lastModified.isEmpty {
            out.append("Last-Modified: ")
            out.append(exchange.response.lastModified)
            out.append("\r\n")
        }
        if !exchange.response.location.isEmpty {
            out.append("Location: ")
            AbsoluteRedirect.append(exchange.response.location, of: exchange, to: out)
            out.append("\r\n")
        }
    }

    private func writeConnection(_ exchange: Exchange, to out: ByteBuffer) {
        if framing == .chunked { out.append("Transfer-Encoding: chunked\r\n") }
        if exchange.response.status == 101 {
            out.append("Connection: upgrade\r\n")
            return
        }
        if exchange.response.opensTunnel { return }
        guard keepsAlive else { return out.append("Connection: close\r\n") }
        out.append("Connection: keep-alive\r\n")
        if let header = exchange.location.settings.keepaliveHeaderTimeout {
            out.append("Keep-Alive: timeout=")
            out.appendDecimal(Int(header.components.seconds))
            out.append("\r\n")
        }
    }

    /// An interim (1xx) head.
    static func writeInterim(status: Int, fields: HeaderFields, to out: ByteBuffer) {
        out.append("HTTP/1.1 ")
        out.appendDecimal(status)
        out.append(0x20)
        out.append(StatusReason.phrase(status))
        out.append("\r\n")
        fields.appendLines(to: out)
        out.append("\r\n")
    }

    // MARK: Body

    /// Whether payload may follow the head at all.
    package var sendsBody: Bool { framing != .none && !isHead }

    /// Puts what goes before `count` payload bytes into `out` and what goes behind them into `body`.
    package func frame(_ body: ByteBuffer, isEnd: Bool, prefix out: ByteBuffer, trailers: HeaderFields) {
        guard framing == .chunked else { return }
        if !body.isEmpty {
            ChunkedEncoder.appendChunkHeader(size: body.count, to: out)
            body.append("\r\n")
        }
        if isEnd { writeLastChunk(trailers, to: body) }
    }

    package func writeLastChunk(_ trailers: HeaderFields, to out: ByteBuffer) {
        guard framing == .chunked else { return }
        out.append("0\r\n")
        trailers.appendLines(to: out)
        out.append("\r\n")
    }

    /// The body goes out as it is, its length told in the head.
    package var sendsPlainBytes: Bool { framing == .length && !isHead }

    package var isChunked: Bool { framing == .chunked }

    /// The client takes the end of the connection for the end of the body.
    package var endsWithConnection: Bool { framing == .untilClose }
}
