import GatehouseConfig
import GatehouseRuntime
import GatehouseWire

/// The values of the variables Gatehouse provides, as nginx documents them.
enum BuiltinVariables {
    /// Appends a value without an array in between, for what every request renders.
    static func append(_ variable: BuiltinVariable, of exchange: Exchange, to out: ByteBuffer) {
        switch variable {
        case .remote_addr: out.append(exchange.remoteAddressText)
        case .host: appendHost(exchange, to: out)
        case .scheme: out.append(exchange.connection.tls == nil ? "http" : "https")
        case .status: out.appendDecimal(exchange.statusForLog)
        case .body_bytes_sent: out.appendDecimal(exchange.response.bodyBytesSent)
        case .uri, .document_uri: out.append(exchange.path)
        case .args, .query_string: out.append(exchange.arguments)
        case .request: out.append(exchange.head.requestLine)
        case .request_uri: out.append(exchange.head.target)
        case .time_local: exchange.context.appendLogTime(to: out)
        case .proxy_host: if let host = exchange.upstreamLog.destination?.host { out.append(host) }
        case .proxy_add_x_forwarded_for:
            if let known = exchange.head.fields.joinedValues(.xForwardedFor) {
                out.append(known)
                out.append(", ")
            }
            out.append(exchange.remoteAddressText)
        case .http_user_agent: appendField(.userAgent, exchange, to: out)
        case .http_referer: appendField(.referer, exchange, to: out)
        case .http_host: appendField(.host, exchange, to: out)
        default: if let value = value(variable, of: exchange) { out.append(value) }
        }
    }

    private static func appendField(_ name: FieldName, _ exchange: Exchange, to out: ByteBuffer) {
        exchange.head.fields.appendJoined(name, to: out)
    }

    private static func appendHost(_ exchange: Exchange, to out: ByteBuffer) {
        if let host = exchange.head.host { out.append(host) } else { out.append(exchange.server.primaryName) }
    }

    /// `nil`: the variable has no value for this request.
    static func value(_ variable: BuiltinVariable, of exchange: Exchange) -> [UInt8]? {
        requestValue(variable, exchange) ?? connectionValue(variable, exchange) ?? responseValue(variable, exchange)
            ?? UpstreamVariables.value(variable, exchange) ?? TLSVariables.value(variable, exchange)
    }

    private static func requestValue(_ variable: BuiltinVariable, _ exchange: Exchange) -> [UInt8]? {

        switch variable {
        case .args, .query_string: return exchange.arguments
        case .is_args: return exchange.arguments.isEmpty ? [] : [UInt8(ascii: "?")]
        case .uri, .document_uri: return exchange.path
        case .request_uri: return exchange.head.target
        case .request: return exchange.head.requestLine.isEmpty ? nil : exchange.head.requestLine
        case .request_method: return exchange.method == exchange.head.method ? exchange.head.methodBytes : exchange.method.bytes
        case .scheme: return text(exchange.connection.tls == nil ? "http" : "https")
        case .https: return exchange.connection.tls == nil ? nil : text("on")
        case .host: return exchange.head.host ?? exchange.server.primaryName
        case .request_port: return exchange.head.hostPort.map { text($0) }
        case .is_request_port: return exchange.head.hostPort == nil ? [] : [UInt8(ascii: ":")]
        case .content_length: return exchange.head.contentLength.map { text($0) }
        case .content_type: return exchange.head.fields.joinedValues(.contentType)
        case .server_protocol: return text(exchange.head.version == .http10 ? "HTTP/1.0" : "HTTP/1.1")
        case .http_host: return exchange.head.fields.valueBytes(.host)
        case .http_user_agent: return exchange.head.fields.joinedValues(.userAgent)
        case .http_referer: return exchange.head.fields.joinedValues(.referer)
        case .http_cookie: return exchange.head.fields.joinedValues(.cookie, separator: "; ")
        case .http_x_forwarded_for: return exchange.head.fields.joinedValues(.xForwardedFor)
        case .remote_user: return exchange.credentials?.user
        case .request_body: return exchange.body.stored?.bytesInMemory
        case .request_body_file: return exchange.body.stored?.path.map { text($0) }
        case .request_length: return text(exchange.client.bytesReceived)
        case .request_id: return exchange.makeRequestID()
        case .request_completion: return exchange.response.isComplete ? text("OK") : []
        case .limit_conn_status: return exchange.heldConnections?.outcome.map { text($0.rawValue) }
        case .limit_rate: return exchange.limitRate ?? text("0")
        case .document_root: return exchange.documentRoot
        case .realpath_root: return exchange.realDocumentRoot
        case .request_filename: return exchange.filename
        case .invalid_referer: return nil
        default: return nil
        }
    }

    private static func connectionValue(_ variable: BuiltinVariable, _ exchange: Exchange) -> [UInt8]? {
        let connection = exchange.connection
        let now = exchange.context.loop
        switch variable {
        case .remote_addr: return exchange.remoteAddressText
        case .masked_remote_addr: return exchange.maskedRemoteAddress
        case .remote_port: return exchange.remotePort.map { text($0) } ?? []
        case .binary_remote_addr: return exchange.binaryRemoteAddress
        case .realip_remote_addr: return connection.remoteAddressText
        case .realip_remote_port: return connection.remoteAddress.port.map { text(Int($0)) } ?? []
        case .server_addr: return text(connection.localAddress.hostText)
        case .server_port: return connection.localAddress.port.map { text(Int($0)) } ?? []
        case .server_name: return exchange.server.primaryName
        case .hostname: return exchange.generation.facts.hostname
        case .connection: return text(connection.number)
        case .connection_requests: return text(exchange.requestNumber)
        case .connection_time: return seconds(now.now - connection.acceptedAt)
        case .pipe: return text(exchange.isPipelined ? "p" : ".")
        case .pid: return text(Int(CurrentProcess.identifier))
        case .nginx_version: return text(ProductVersion.compatibleNginx)
        case .gatehouse_version: return text(ProductVersion.own)
        case .msec:
            let (s, ns) = now.wallClock
            return text(s) + [UInt8(ascii: ".")] + padded(ns / 1_000_000, 3)
        case .time_local: return exchange.context.logTime
        case .time_iso8601: return exchange.context.isoTime
        case .tcpinfo_rtt, .tcpinfo_rttvar, .tcpinfo_snd_cwnd, .tcpinfo_rcv_space: return tcpInfo(variable, connection)
        case .proxy_protocol_addr: return connection.proxyProtocol?.source.map { text("\($0.address)") }
        case .proxy_protocol_port: return connection.proxyProtocol?.source.map { text(Int($0.port)) }
        case .proxy_protocol_server_addr: return connection.proxyProtocol?.destination.map { text("\($0.address)") }
        case .proxy_protocol_server_port: return connection.proxyProtocol?.destination.map { text(Int($0.port)) }
        case .connections_active: return text(exchange.generation.facts.counters.sum.active)
        case .connections_reading: return text(exchange.generation.facts.counters.sum.reading)
        case .connections_writing: return text(exchange.generation.facts.counters.sum.writing)
        case .connections_waiting: return text(exchange.generation.facts.counters.sum.waiting)
        default: return nil
        }
    }

    private static func responseValue(_ variable: BuiltinVariable, _ exchange: Exchange) -> [UInt8]? {
        switch variable {
        case .status: return padded(exchange.statusForLog, 3)
        case .body_bytes_sent: return text(exchange.response.bodyBytesSent)
        case .bytes_sent: return text(exchange.client.bytesSent + exchange.response.tunnelBytesSent)
        case .request_time: return seconds(exchange.context.loop.now - exchange.startTime)
        case .sent_http_content_type: return ResponseFieldValues.value(text("content-type"), exchange)
        case .sent_http_content_length: return ResponseFieldValues.value(text("content-length"), exchange)
        case .sent_http_location: return ResponseFieldValues.value(text("location"), exchange)
        case .sent_http_last_modified: return ResponseFieldValues.value(text("last-modified"), exchange)
        case .sent_http_connection: return ResponseFieldValues.value(text("connection"), exchange)
        case .sent_http_keep_alive: return ResponseFieldValues.value(text("keep-alive"), exchange)
        case .sent_http_transfer_encoding: return ResponseFieldValues.value(text("transfer-encoding"), exchange)
        case .sent_http_cache_control: return FieldValues.joined(text("cache-control"), exchange.response.fields)
        case .sent_http_link: return FieldValues.joined(text("link"), exchange.response.fields)
        default: return nil
        }
    }

    private static func tcpInfo(_ variable: BuiltinVariable, _ connection: ClientFacts) -> [UInt8]? {
        guard let info = connection.socket.transportInfo else { return nil }
        switch variable {
        case .tcpinfo_rtt: return text(info.roundTripMicroseconds)
        case .tcpinfo_rttvar: return text(info.roundTripVarianceMicroseconds)
        case .tcpinfo_snd_cwnd: return text(info.congestionWindow)
        default: return text(info.receiveSpace)
        }
    }

    // MARK: Texts

    static func text(_ value: String) -> [UInt8] { Array(value.utf8) }
    static func text(_ value: Int) -> [UInt8] { Array(String(value).utf8) }

    /// Seconds with three decimals, as nginx prints times.
    static func seconds(_ duration: Duration) -> [UInt8] {
        let (s, attoseconds) = duration.components
        let milliseconds = max(0, Int(s) * 1000 + Int(attoseconds / 1_000_000_000_000_000))
        return text(milliseconds / 1000) + [UInt8(ascii: ".")] + padded(milliseconds % 1000, 3)
    }

    static func padded(_ value: Int, _ width: Int) -> [UInt8] {
        let digits = text(value)
        return [UInt8](repeating: UInt8(ascii: "0"), count: max(0, width - digits.count)) + digits
    }
}
