import COpenSSL
import GatehouseWire

/// The certificate that the other side showed, and what `$ssl_client_*` say about it. Holds its own reference.
@safe
package final class PeerCertificate {
    private let pointer: OpaquePointer

    /// Takes over one reference.
    init(adopting pointer: OpaquePointer) {
        unsafe self.pointer = pointer
    }

    deinit { unsafe X509_free(pointer) }

    /// PEM as it is (`$ssl_client_raw_cert`).
    package var pem: [UInt8] { unsafe MemoryText.collect { unsafe _ = PEM_write_bio_X509($0, pointer) } }

    /// PEM without its last line end and with a tab after each other one, so that it fits a header field (`$ssl_client_cert`).
    package var headerPEM: [UInt8] {
        pem.dropLast().flatMap { $0 == UInt8(ascii: "\n") ? [$0, UInt8(ascii: "\t")] : [$0] }
    }

    /// PEM with everything but unreserved characters percent-encoded (`$ssl_client_escaped_cert`).
    package var escapedPEM: [UInt8] {
        let buffer = ByteBuffer(capacity: 3072)
        for byte in pem {
            if ByteRules.isUnreserved(byte) { buffer.append(byte) } else { buffer.append(ByteRules.percentEncoded(byte)) }
        }
        return buffer.bytes()
    }

    /// `$ssl_client_s_dn`, RFC 2253.
    package var subject: String { name(of: .subject, isLegacy: false) }
    /// `$ssl_client_i_dn`, RFC 2253.
    package var issuer: String { name(of: .issuer, isLegacy: false) }
    /// `$ssl_client_s_dn_legacy`: `/C=…/CN=…`.
    package var legacySubject: String { name(of: .subject, isLegacy: true) }
    /// `$ssl_client_i_dn_legacy`.
    package var legacyIssuer: String { name(of: .issuer, isLegacy: true) }

    private enum Party { case subject, issuer }

    private func name(of party: Party, isLegacy: Bool) -> String {
        // The name belongs to the certificate, which this value holds. The same is true of all parts used below.
        let name = unsafe party == .subject ? X509_get_subject_name(pointer) : X509_get_issuer_name(pointer)
        return unsafe MemoryText.string { unsafe gatehouse_write_name(name, $0, isLegacy ? 1 : 0) }
    }

    /// `$ssl_client_serial`: upper-case hexadecimal.
    package var serial: String { unsafe MemoryText.string { unsafe _ = i2a_ASN1_INTEGER($0, X509_get0_serialNumber(pointer)) } }

    /// `$ssl_client_fingerprint`: SHA-1 in lower-case hexadecimal.
    package var fingerprint: String { unsafe MemoryText.string { unsafe gatehouse_write_fingerprint(pointer, $0) } }

    /// `$ssl_client_v_start`, as "Nov 23 15:00:00 2026 GMT".
    package var validFrom: String { unsafe MemoryText.string { unsafe _ = ASN1_TIME_print($0, X509_get0_notBefore(pointer)) } }

    /// `$ssl_client_v_end`.
    package var validUntil: String { unsafe MemoryText.string { unsafe _ = ASN1_TIME_print($0, X509_get0_notAfter(pointer)) } }

    /// `$ssl_client_v_remain`: whole days from `now` (epoch seconds), 0 where it has ended; nil where that cannot be told.
    package func daysLeft(now: Int) -> Int? {
        let days = unsafe gatehouse_days_left(pointer, Int64(now))
        return days < 0 ? nil : days
    }

    /// Whether the certificate was made for `name`, a host name or an address (RFC 6125).
    package func matches(_ name: String) -> Bool {
        guard !name.isEmpty else { return false }
        // Both functions copy nothing and keep nothing.
        return unsafe X509_check_host(pointer, name, name.utf8.count, 0, nil) == 1
            || (IPAddress(name) != nil && X509_check_ip_asc(pointer, name, 0) == 1)
    }
}

/// How bytes are written in a URI component (RFC 3986 section 2).
private enum ByteRules {
    static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
            true
        default: false
        }
    }

    static func percentEncoded(_ byte: UInt8) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
}
