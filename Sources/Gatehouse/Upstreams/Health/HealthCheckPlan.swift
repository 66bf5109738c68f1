import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import GatehouseTLS
import GatehouseWire

/// One `health_check` with what is worked out of it once: the bytes that are sent, and how connections are made.
package struct HealthCheckPlan: Sendable {
    package let kind: HealthCheckSettings.Kind
    package let rules: HealthCheckRules
    package let match: ResponseMatch
    /// `require` of the `match` block.
    let required: [RequiredVariable]
    private let slots: [VariableSlot]
    private let text: HealthCheckText
    package let port: Int?
    /// The whole request.
    package let request: [UInt8]
    package let tls: ProxyTLS?
    package let tlsName: String
    package let source: SocketAddress?
    package let options: ConnectOptions
    package let keepaliveTime: Duration?
    package let headLimit: Int
    let timeouts: Timeouts

    struct Timeouts: Sendable {
        var connect: Duration
        var send: Duration
        var read: Duration
        /// For all of a probe: a peer that sends a byte now and then does not keep it for ever.
        var whole: Duration
    }

    package init(_ check: HealthCheckSettings, contexts: ProxyTLSContexts) throws(AssemblyError) {
        let text = HealthCheckText(host: check.host)
        self.text = text
        required = check.required
        slots = check.slots
        kind = check.kind
        rules = check.rules
        match = check.match
        port = check.port
        keepaliveTime = check.keepaliveTime
        headLimit = check.proxy.bufferSize
        request = text.request(check)
        tls = check.usesTLS ? try contexts.context(for: check.proxy.tls) : nil
        tlsName = text.tlsName(check.proxy.tls)
        source = check.proxy.bind.flatMap { SocketAddress(parsing: text.render($0.address)) }
        var options = ConnectOptions()
        options.keepsAlive = check.proxy.keepsSocketAlive
        options.sendBuffer = check.proxy.socketSendBuffer
        options.receiveBuffer = check.proxy.socketReceiveBuffer
        self.options = options
        let proxy = check.proxy
        let whole = check.timeout ?? proxy.connectTimeout + proxy.sendTimeout + proxy.readTimeout
        timeouts = Timeouts(connect: proxy.connectTimeout, send: proxy.sendTimeout, read: proxy.readTimeout, whole: whole)
    }

    /// Why the head of an answer does not do, as far as the head tells; `nil` when it does.
    func mismatch(_ head: ResponseHead, from peer: UpstreamPeer, after time: Duration) -> String? {
        if let reason = match.mismatch(head: head) { return reason }
        if required.isEmpty { return nil }
        var variables = ProbeVariables(text, slots: slots, head: head, address: peer.text, headerTime: time)
        return variables.mismatch(required)
    }

    /// Where probes of `peer` go.
    package func address(of peer: UpstreamPeer) -> SocketAddress {
        guard let port, case .ip(let address, _, let scope) = peer.address else { return peer.address }
        return .ip(address, port: UInt16(port), scope: scope)
    }
}

/// The texts of a probe. There is no request to take variables from: but for `$proxy_host` and `$proxy_port` they are empty, as in nginx.
struct HealthCheckText {
    /// `$proxy_host`.
    let host: [UInt8]

    func request(_ check: HealthCheckSettings) -> [UInt8] {
        var lines = Array("GET ".utf8) + check.uri + Array((check.proxy.httpVersion == .http10 ? " HTTP/1.0" : " HTTP/1.1").utf8)
        var ownHost = host
        var fields: [UInt8] = []
        for rule in check.proxy.setHeaders.elements {
            let value = render(rule.value)
            if value.isEmpty || value.contains(where: { $0 == 0x0D || $0 == 0x0A || $0 == 0 }) { continue }
            switch rule.id {
            case .host: ownHost = value
            // Framing and the connection are ours.
            case .contentLength, .transferEncoding, .connection, .upgrade, .expect, .te, .keepAlive: continue
            default: fields += [0x0D, 0x0A] + rule.name + Array(": ".utf8) + value
            }
        }
        lines += Array("\r\nHost: ".utf8) + ownHost + fields
        if check.keepaliveTime == nil {
            lines += Array("\r\nConnection: close".utf8)
        } else if check.proxy.httpVersion == .http10 {
            lines += Array("\r\nConnection: keep-alive".utf8)
        }
        return lines + Array("\r\n\r\n".utf8)
    }

    /// `proxy_ssl_name`, `$proxy_host` by default; without its port, an address without its brackets.
    func tlsName(_ settings: ProxyTLSSettings) -> String {
        let name = settings.name.map(render) ?? host
        if name.first == UInt8(ascii: "[") { return String(decoding: name.dropFirst().prefix { $0 != UInt8(ascii: "]") }, as: UTF8.self) }
        return String(decoding: name.prefix { $0 != UInt8(ascii: ":") }, as: UTF8.self)
    }

    func render(_ template: Template) -> [UInt8] {
        template.parts.flatMap { part -> [UInt8] in
            switch part {
            case .literal(let bytes): bytes
            case .variable(let reference): value(of: reference)
            case .capture: []
            }
        }
    }

    func value(of reference: VariableReference) -> [UInt8] {
        switch reference {
        case .builtin(.proxy_host): host
        case .builtin(.proxy_port): Array(host.reversed().prefix { $0 != UInt8(ascii: ":") }.reversed())
        default: []
        }
    }
}
