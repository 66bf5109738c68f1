@testable import GatehouseWire

/// Writes answers of a name server.
enum DNSAnswer {
    enum Record {
        case address(IPAddress)
        case alias(DNSName)
        case service(DNSService)
        /// For the authority section: how many seconds a lack holds.
        case authority(minimum: UInt8)
    }

    /// All records belong to the name that was asked for and hold for `lifetime` seconds. The flags say a response to a query.
    static func bytes(
        to question: DNSQuestion, id: UInt16, _ records: [Record] = [], lifetime: UInt8 = 60, code: UInt8 = 0, isTruncated: Bool = false
    ) -> [UInt8] {
        var bytes = question.query(id: id)
        bytes[2] = isTruncated ? 0x83 : 0x81
        bytes[3] = 0x80 | code
        for record in records {
            let (type, data): (UInt8, [UInt8]) =
                switch record {
                case .address(let address): (address.isV4 ? 1 : 28, address.networkBytes)
                case .alias(let target): (5, target.wire)
                case .service(let it):
                    (33, [it.priority, it.weight, it.port].flatMap { [UInt8($0 >> 8), UInt8($0 & 0xff)] } + it.target.wire)
                case .authority(let minimum): (6, [UInt8](repeating: 0, count: 21) + [minimum])
                }
            bytes += [0xc0, 12, 0, type, 0, 1, 0, 0, 0, lifetime, 0, UInt8(data.count)] + data
            bytes[type == 6 ? 9 : 7] += 1
        }
        return bytes
    }

    /// The answer to a query as it was received; nil if it is none.
    static func bytes(to query: [UInt8], _ records: [Record], lifetime: UInt8 = 60, code: UInt8 = 0, isTruncated: Bool = false) -> [UInt8]?
    {
        guard let message = try? DNSMessage(query.span), let question = message.question else { return nil }
        return bytes(to: question, id: message.id, records, lifetime: lifetime, code: code, isTruncated: isTruncated)
    }
}
