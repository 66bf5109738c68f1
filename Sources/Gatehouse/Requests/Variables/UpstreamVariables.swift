import GatehouseConfig
import GatehouseWire

/// `$upstream_*`: one value an attempt, separated by `, ` - and by ` : ` where an internal redirect led to another group.
enum UpstreamVariables {
    static func value(_ variable: BuiltinVariable, _ exchange: Exchange) -> [UInt8]? {
        let log = exchange.upstreamLog
        switch variable {
        case .proxy_host: return log.destination?.host
        case .proxy_port: return log.destination.flatMap { $0.port == 0 ? nil : BuiltinVariables.text($0.port) }
        case .proxy_add_x_forwarded_for:
            guard let known = exchange.head.fields.joinedValues(.xForwardedFor) else { return exchange.remoteAddressText }
            return known + Array(", ".utf8) + exchange.remoteAddressText
        case .proxy_add_via: return ForwardFields.via(of: exchange)
        case .forward_referer: return ForwardFields.referer(of: exchange)
        case .upstream_addr: return joined(log) { $0.address }
        case .upstream_status: return joined(log) { $0.status == 0 ? dash : BuiltinVariables.text($0.status) }
        case .upstream_connect_time: return joined(log) { time($0.connectTime) }
        case .upstream_header_time: return joined(log) { time($0.headerTime) }
        case .upstream_response_time: return joined(log) { time($0.responseTime) }
        case .upstream_response_length: return joined(log) { BuiltinVariables.text($0.responseLength) }
        case .upstream_bytes_received: return joined(log) { BuiltinVariables.text($0.bytesReceived) }
        case .canary_variant, .canary_share, .canary_state: return CanaryVariables.value(variable, exchange)
        case .upstream_bytes_sent: return joined(log) { BuiltinVariables.text($0.bytesSent) }
        default: return nil
        }
    }

    private static let dash = [UInt8(ascii: "-")]

    private static func time(_ duration: Duration?) -> [UInt8] {
        duration.map { BuiltinVariables.seconds($0) } ?? dash
    }

    private static func joined(_ log: UpstreamLog, _ value: (UpstreamLog.Attempt) -> [UInt8]) -> [UInt8]? {
        if log.attempts.isEmpty { return nil }
        var result: [UInt8] = []
        for (i, attempt) in log.attempts.enumerated() {
            if i > 0 { result += Array((attempt.startsNewGroup ? " : " : ", ").utf8) }
            result += value(attempt)
        }
        return result
    }
}
