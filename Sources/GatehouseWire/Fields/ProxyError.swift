/// Why a proxy answers in somebody else's place, in the words of `Proxy-Status` (RFC 9209 §2.3).
package enum ProxyError: String, Sendable, CaseIterable {
    case dnsTimeout = "dns_timeout"
    case dnsError = "dns_error"
    case destinationProhibited = "destination_ip_prohibited"
    case destinationUnroutable = "destination_ip_unroutable"
    case connectionRefused = "connection_refused"
    case connectionTerminated = "connection_terminated"
    case connectionTimeout = "connection_timeout"
    case destinationUnavailable = "destination_unavailable"
    case tlsProtocolError = "tls_protocol_error"
    case tlsCertificateError = "tls_certificate_error"
    case connectionReadTimeout = "connection_read_timeout"
    case requestError = "http_request_error"
    case requestDenied = "http_request_denied"
    case protocolError = "http_protocol_error"
    case responseIncomplete = "http_response_incomplete"
    case responseTimeout = "http_response_timeout"
    case internalError = "proxy_internal_error"
    case configurationError = "proxy_configuration_error"
    case loopDetected = "proxy_loop_detected"

    /// The value of the field: the proxy's name and the error, as a structured field's list of one (RFC 8941).
    /// - Parameter name: a token, or it is written as a string.
    package func fieldValue(name: [UInt8]) -> [UInt8] {
        let isToken = name.first.map { ByteClass.lowercase($0) &- 0x61 < 26 || $0 == UInt8(ascii: "*") } ?? false
        let shown = isToken && name.allSatisfy { ByteClass.token.contains($0) || $0 == 0x3a || $0 == 0x2f } ? name : Self.quoted(name)
        return shown + Array("; error=\(rawValue)".utf8)
    }

    private static func quoted(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = [0x22]
        for byte in text where (0x20...0x7e).contains(byte) {
            if byte == 0x22 || byte == 0x5c { result.append(0x5c) }
            result.append(byte)
        }
        return result + [0x22]
    }
}
