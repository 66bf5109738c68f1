import COpenSSL
import GatehouseWire

/// Certificates made on the spot, for the demonstration and for tests. Nothing trusts them.
package enum SelfSigned {
    /// A P-256 key and a certificate for `names` (host names or addresses, at least one), good for 30 days from now, both as PEM.
    package static func make(names: [String]) throws(TLSError) -> (certificatePEM: [UInt8], keyPEM: [UInt8]) {
        try make(names: names, lifetime: 30 * 86400)
    }

    /// `lifetime` in seconds from now; a negative one makes a certificate that has ended.
    static func make(names: [String], lifetime: Int) throws(TLSError) -> (certificatePEM: [UInt8], keyPEM: [UInt8]) {
        guard let first = names.first else { throw TLSError(.configuration, "a certificate needs a name") }
        ErrorQueue.clear()
        let alternatives = names.map { (IPAddress($0) != nil ? "IP:" : "DNS:") + $0 }.joined(separator: ",")
        var isMade: Int32 = 0
        var certificate: [UInt8] = []
        // Both BIOs live for the call; the strings are copied.
        let key = unsafe MemoryText.collect { keyOut in
            certificate = unsafe MemoryText.collect { certificateOut in
                isMade = unsafe gatehouse_self_signed(first, alternatives, lifetime, certificateOut, keyOut)
            }
        }
        guard isMade == 1 else { throw TLSError(.configuration, ErrorQueue.describe("cannot make a certificate for \"\(first)\"")) }
        return (certificate, key)
    }
}
