/// The answer of a name server (RFC 1035 section 4.1), as far as a resolver uses it.
package struct DNSMessage: Equatable, Sendable {
    package let id: UInt16
    /// A response to a standard query; everything else is none of ours.
    package let isResponse: Bool
    /// The answer did not fit: ask again over TCP. The records of such a message are not read.
    package let isTruncated: Bool
    /// 0 is no error, 3 that the name does not exist.
    package let responseCode: UInt8
    /// Missing from the answer of a server that did not understand the query.
    package let question: DNSQuestion?
    package let answers: [DNSRecord]
    /// Records of the authority section.
    package let authorities: [DNSRecord]

    /// Reads a whole message. What follows the records that it counts is ignored, as are its additional records.
    /// Throws when it is cut, or holds what no server sends.
    package init(_ bytes: Span<UInt8>) throws(DNSError) {
        var reader = DNSReader(bytes)
        id = try reader.uint16()
        let flags = try reader.uint16()
        let questionCount = try reader.uint16()
        let answerCount = try reader.uint16()
        let authorityCount = try reader.uint16()
        _ = try reader.uint16()
        isResponse = flags & 0xf800 == 0x8000
        isTruncated = flags & 0x0200 != 0
        responseCode = UInt8(flags & 15)
        guard questionCount <= 1 else { throw .badQuestion }
        question = questionCount == 1 ? try DNSMessage.question(&reader) : nil
        if isTruncated {
            answers = []
            authorities = []
            return
        }
        answers = try DNSMessage.records(answerCount, &reader)
        authorities = try DNSMessage.records(authorityCount, &reader)
    }

    private static func question(_ reader: inout DNSReader) throws(DNSError) -> DNSQuestion {
        guard let name = try reader.name() else { throw .badQuestion }
        let type = DNSRecordType(rawValue: try reader.uint16())
        guard try reader.uint16() == 1 else { throw .badQuestion }
        return DNSQuestion(name: name, type: type)
    }

    private static func records(_ count: UInt16, _ reader: inout DNSReader) throws(DNSError) -> [DNSRecord] {
        var records: [DNSRecord] = []
        for _ in 0..<count { records.append(try record(&reader)) }
        return records
    }

    private static func record(_ reader: inout DNSReader) throws(DNSError) -> DNSRecord {
        let owner = try reader.name()
        let type = DNSRecordType(rawValue: try reader.uint16())
        guard try reader.uint16() == 1 else { throw .badRecord }
        let timeToLive = try reader.lifetime()
        let length = Int(try reader.uint16())
        let end = reader.position + length
        let content = try content(of: type, length: length, &reader)
        if case .other = content {
            try reader.skip(to: end)
        } else if reader.position != end {
            throw .badRecord
        }
        return DNSRecord(owner: owner, timeToLive: timeToLive, content: content)
    }

    private static func content(of type: DNSRecordType, length: Int, _ reader: inout DNSReader) throws(DNSError) -> DNSRecord.Content {
        switch type {
        case .a:
            guard length == 4 else { throw .badRecord }
            return .address(try reader.address(length: 4))
        case .aaaa:
            guard length == 16 else { throw .badRecord }
            return .address(try reader.address(length: 16))
        case .cname: return .alias(try reader.name())
        case .ptr: return .pointer(try reader.name())
        case .srv:
            let (priority, weight, port) = (try reader.uint16(), try reader.uint16(), try reader.uint16())
            return .service(priority: priority, weight: weight, port: port, target: try reader.name())
        case .soa:
            _ = try reader.name()
            _ = try reader.name()
            // Serial, refresh, retry and expire.
            for _ in 0..<4 { _ = try reader.uint32() }
            return .authority(minimum: try reader.lifetime())
        default: return .other(type)
        }
    }
}
