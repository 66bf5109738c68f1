import GatehouseConfig
import GatehouseTLS
import GatehouseWire

/// `$ssl_*`.
enum TLSVariables {
    static func value(_ variable: BuiltinVariable, _ exchange: Exchange) -> [UInt8]? {
        guard let tls = exchange.connection.tls else { return nil }
        if let session = sessionValue(variable, tls) { return Array(session.utf8) }
        return clientCertificateValue(variable, tls, now: exchange.context.loop.wallClock.seconds).map { Array($0.utf8) }
    }

    private static func sessionValue(_ variable: BuiltinVariable, _ tls: TLSConnection) -> String? {
        switch variable {
        case .ssl_protocol: return tls.protocolVersion
        case .ssl_cipher: return tls.cipher
        case .ssl_ciphers: return tls.offeredCiphers
        case .ssl_curve: return tls.curve
        case .ssl_curves: return tls.offeredCurves
        case .ssl_session_id: return tls.sessionID
        case .ssl_session_reused: return tls.isResumed ? "r" : "."
        case .ssl_early_data: return tls.isEarlyData ? "1" : ""
        case .ssl_server_name: return tls.serverName
        case .ssl_alpn_protocol: return tls.alpn
        case .ssl_sigalg: return tls.signatureAlgorithm
        case .ssl_client_sigalg: return tls.signatureAlgorithm
        default: return nil
        }
    }

    private static func clientCertificateValue(_ variable: BuiltinVariable, _ tls: TLSConnection, now: Int) -> String? {
        if variable == .ssl_client_verify { return tls.clientVerification.text }
        guard let certificate = tls.peerCertificate else { return nil }
        switch variable {
        case .ssl_client_cert: return String(decoding: certificate.headerPEM, as: UTF8.self)
        case .ssl_client_raw_cert: return String(decoding: certificate.pem, as: UTF8.self)
        case .ssl_client_escaped_cert: return String(decoding: certificate.escapedPEM, as: UTF8.self)
        case .ssl_client_s_dn: return certificate.subject
        case .ssl_client_i_dn: return certificate.issuer
        case .ssl_client_s_dn_legacy: return certificate.legacySubject
        case .ssl_client_i_dn_legacy: return certificate.legacyIssuer
        case .ssl_client_serial: return certificate.serial
        case .ssl_client_fingerprint: return certificate.fingerprint
        case .ssl_client_v_start: return certificate.validFrom
        case .ssl_client_v_end: return certificate.validUntil
        case .ssl_client_v_remain: return certificate.daysLeft(now: now).map { String($0) }
        default: return nil
        }
    }
}
