@testable import GatehouseWire

/// Writes the answer of a name server, byte for byte.
struct AnswerBuilder {
    enum Section { case answer, authority }

    private(set) var bytes: [UInt8]

    /// The question is written out from offset 12 on.
    init(_ question: DNSQuestion, id: UInt16 = 7, flags: UInt16 = 0x8180, code: UInt8 = 0) {
        bytes = question.query(id: id)
        bytes[2] = UInt8(flags >> 8)
        bytes[3] = UInt8(flags & 0xff) | code
    }

    func alias(_ target: [UInt8], timeToLive: UInt32) -> AnswerBuilder {
        record([0xc0, 12], type: 5, timeToLive: timeToLive, target)
    }

    func record(_ owner: [UInt8], type: UInt16, timeToLive: UInt32, _ data: [UInt8], section: Section = .answer) -> AnswerBuilder {
        var copy = self
        copy.bytes += owner + [UInt8(type >> 8), UInt8(type & 0xff), 0, 1]
        copy.bytes += (0..<4).map { UInt8(truncatingIfNeeded: timeToLive >> (24 - 8 * $0)) }
        copy.bytes += [UInt8(data.count >> 8), UInt8(data.count & 0xff)] + data
        copy.bytes[section == .answer ? 7 : 9] += 1
        return copy
    }
}
