import GatehouseConfig
import GatehouseWire

/// What the parent tells the server process, and what it hears of it. One message is one packet; descriptors travel beside it.
enum ControlMessage: Equatable {
    /// A new generation follows.
    case begin
    /// A part of a file that the configuration names; parts of one file come in order.
    case file(path: String, part: [UInt8])
    case failedFile(path: String, reason: String)
    case glob(pattern: String, paths: [String])
    /// Goes on with the descriptors it already has for the address.
    case keeps(ListenAddress)
    /// One descriptor for the address comes along; several messages give it several.
    case listens(ListenAddress)
    /// An open log comes along.
    case log(path: String, buffer: Int, flushMilliseconds: Int?)
    /// The generation is complete: load it. The number is that of `trialEnded`.
    case commit(number: Int)
    /// The logs that came before this were reopened; close those with variable names as well.
    case reopened
    /// To the parent: the generation that was loaded for a trial serves now, or is gone.
    case trialEnded(number: Int, isAdopted: Bool)

    /// The most bytes of a file in one message.
    static let partSize = 32 << 10
    /// No message is larger.
    static let largestSize = 128 << 10
}

extension ControlMessage {
    func encoded() -> [UInt8] {
        var writer = ControlWriter()
        switch self {
        case .begin: writer.put(kind: 1)
        case .file(let path, let part):
            writer.put(kind: 2)
            writer.put(path)
            writer.put(part)
        case .failedFile(let path, let reason):
            writer.put(kind: 3)
            writer.put(path)
            writer.put(reason)
        case .glob(let pattern, let paths):
            writer.put(kind: 4)
            writer.put(pattern)
            for path in paths { writer.put(path) }
        case .keeps(let address):
            writer.put(kind: 5)
            writer.put(address)
        case .listens(let address):
            writer.put(kind: 6)
            writer.put(address)
        case .log(let path, let buffer, let flush):
            writer.put(kind: 7)
            writer.put(path)
            writer.put(buffer)
            writer.put(flush ?? -1)
        case .commit(let number):
            writer.put(kind: 8)
            writer.put(number)
        case .reopened: writer.put(kind: 9)
        case .trialEnded(let number, let isAdopted):
            writer.put(kind: 10)
            writer.put(number)
            writer.put(isAdopted ? 1 : 0)
        }
        return writer.bytes
    }

    /// Nil for bytes that no version of `encoded` makes.
    init?(decoding bytes: [UInt8]) {
        var reader = ControlReader(bytes: bytes)
        guard let kind = reader.kind(), let message = Self.read(kind, &reader), reader.isAtEnd else { return nil }
        self = message
    }

    private static func read(_ kind: UInt8, _ reader: inout ControlReader) -> ControlMessage? {
        switch kind {
        case 1: return .begin
        case 2:
            guard let path = reader.string(), let part = reader.block() else { return nil }
            return .file(path: path, part: part)
        case 3:
            guard let path = reader.string(), let reason = reader.string() else { return nil }
            return .failedFile(path: path, reason: reason)
        case 4:
            guard let pattern = reader.string() else { return nil }
            var paths: [String] = []
            while let path = reader.string() { paths.append(path) }
            return .glob(pattern: pattern, paths: paths)
        case 5: return reader.address().map { .keeps($0) }
        case 6: return reader.address().map { .listens($0) }
        case 7:
            guard let path = reader.string(), let buffer = reader.number(), let flush = reader.number() else { return nil }
            return .log(path: path, buffer: buffer, flushMilliseconds: flush < 0 ? nil : flush)
        case 8: return reader.number().map { .commit(number: $0) }
        case 9: return .reopened
        case 10:
            guard let number = reader.number(), let adopted = reader.number(), adopted == 0 || adopted == 1 else { return nil }
            return .trialEnded(number: number, isAdopted: adopted == 1)
        default: return nil
        }
    }
}

/// Puts fields one behind the other, each block with its length before it.
private struct ControlWriter {
    var bytes: [UInt8] = []

    mutating func put(kind: UInt8) { bytes.append(kind) }

    mutating func put(_ number: Int) {
        for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
    }

    mutating func put(_ block: [UInt8]) {
        put(block.count)
        bytes += block
    }

    mutating func put(_ text: String) { put(Array(text.utf8)) }

    mutating func put(_ address: ListenAddress) {
        switch address {
        case .ip(let ip, let port):
            put(ip.networkBytes)
            put(port)
        case .unix(let path):
            put([])
            put(path)
        }
    }
}

private struct ControlReader {
    let bytes: [UInt8]
    var offset = 0

    var isAtEnd: Bool { offset == bytes.count }

    mutating func kind() -> UInt8? {
        guard offset < bytes.count else { return nil }
        defer { offset += 1 }
        return bytes[offset]
    }

    mutating func number() -> Int? {
        guard bytes.count - offset >= 8 else { return nil }
        var number = 0
        for place in 0..<8 { number |= Int(bytes[offset + place]) << (8 * place) }
        offset += 8
        return number
    }

    mutating func block() -> [UInt8]? {
        guard let count = number(), count >= 0, count <= bytes.count - offset else { return nil }
        defer { offset += count }
        return Array(bytes[offset..<offset + count])
    }

    mutating func string() -> String? { block().map { String(decoding: $0, as: UTF8.self) } }

    mutating func address() -> ListenAddress? {
        guard let raw = block() else { return nil }
        if raw.isEmpty { return string().map { .unix($0) } }
        guard let ip = IPAddress(networkBytes: raw.span), let port = number() else { return nil }
        return .ip(ip, port: port)
    }
}
