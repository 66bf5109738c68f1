/// One resource record of an answer (RFC 1035 section 4.1.3).
package struct DNSRecord: Equatable, Sendable {
    package enum Content: Equatable, Sendable {
        /// A or AAAA.
        case address(IPAddress)
        /// CNAME; nil is the root, which no host has.
        case alias(DNSName?)
        /// PTR; nil is the root.
        case pointer(DNSName?)
        /// SRV (RFC 2782); without a target the service is not offered.
        case service(priority: UInt16, weight: UInt16, port: UInt16, target: DNSName?)
        /// SOA: how long the lack of a name may be remembered (RFC 2308 section 5).
        case authority(minimum: Duration)
        /// A type that is of no interest here.
        case other(DNSRecordType)
    }

    /// Nil is the root.
    package let owner: DNSName?
    package let timeToLive: Duration
    package let content: Content
}
