/// Why a message is none that can be used.
package enum DNSError: Error, Hashable {
    /// It ends within something it announces.
    case short
    /// A pointer that does not lead backwards, a reserved kind of label, or a name that is too long.
    case badName
    /// Not one question, or a class other than IN.
    case badQuestion
    /// A record whose data has not the length that its type wants.
    case badRecord
}

/// Reads the pieces of a message from front to back. Nothing it returns reaches outside of the message.
struct DNSReader: ~Escapable {
    private let message: Span<UInt8>
    private(set) var position = 0

    @_lifetime(copy message)
    init(_ message: Span<UInt8>) {
        self.message = message
    }

    mutating func skip(to end: Int) throws(DNSError) {
        guard end >= position, end <= message.count else { throw .short }
        position = end
    }

    mutating func byte() throws(DNSError) -> UInt8 {
        guard position < message.count else { throw .short }
        defer { position += 1 }
        return message[position]
    }

    mutating func uint16() throws(DNSError) -> UInt16 {
        UInt16(try byte()) << 8 | UInt16(try byte())
    }

    mutating func uint32() throws(DNSError) -> UInt32 {
        UInt32(try uint16()) << 16 | UInt32(try uint16())
    }

    /// Four or sixteen bytes.
    mutating func address(length: Int) throws(DNSError) -> IPAddress {
        guard position + length <= message.count else { throw .short }
        guard let address = IPAddress(networkBytes: message.extracting(position..<position + length)) else { throw .badRecord }
        position += length
        return address
    }

    /// A number of seconds; one with the highest bit set counts as zero (RFC 2181 section 8).
    mutating func lifetime() throws(DNSError) -> Duration {
        let seconds = try uint32()
        return seconds >> 31 == 0 ? .seconds(seconds) : .zero
    }

    /// A name, following its pointers (RFC 1035 section 4.1.4); nil is the root.
    ///
    /// Every pointer has to lead in front of the piece that holds it, so that no chain of them can loop, and the length of the name
    /// bounds the work.
    mutating func name() throws(DNSError) -> DNSName? {
        var wire: [UInt8] = []
        var cursor = position
        var pieceStart = position
        var end: Int?
        while true {
            guard cursor < message.count else { throw .short }
            let length = message[cursor]
            switch length >> 6 {
            case 0 where length == 0:
                position = end ?? cursor + 1
                return wire.isEmpty ? nil : DNSName(checked: wire + [0])
            case 0:
                try append(labelAt: cursor, length: Int(length), to: &wire)
                cursor += 1 + Int(length)
            case 3:
                guard cursor + 1 < message.count else { throw .short }
                let target = Int(length & 0x3f) << 8 | Int(message[cursor + 1])
                guard target < pieceStart else { throw .badName }
                end = end ?? cursor + 2
                cursor = target
                pieceStart = target
            default: throw .badName
            }
        }
    }

    private func append(labelAt start: Int, length: Int, to wire: inout [UInt8]) throws(DNSError) {
        guard start + length < message.count else { throw .short }
        // The root's zero is still to come.
        guard wire.count + 1 + length < DNSName.longestWire else { throw .badName }
        wire.append(UInt8(length))
        for index in start + 1...start + length { wire.append(ByteClass.lowercase(message[index])) }
    }
}
