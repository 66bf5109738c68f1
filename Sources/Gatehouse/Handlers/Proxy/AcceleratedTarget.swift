import GatehouseWire

/// Where an `X-Accel-Redirect` leads: a named location, or a URI inside.
enum AcceleratedTarget: Equatable {
    case named(String)
    case uri(path: [UInt8], arguments: [UInt8])

    /// `nil` for a path that is empty, climbs out of the root with a `..` segment, or holds a zero byte: an upstream that passes on what
    /// it was asked must not open other files.
    init?(_ value: [UInt8]) {
        if value.first == UInt8(ascii: "@") {
            self = .named(String(decoding: value, as: UTF8.self))
            return
        }
        let question = value.firstIndex(of: UInt8(ascii: "?")) ?? value.endIndex
        let path = URIEscaping.unescape(Array(value[..<question]))
        let climbs = path.split(separator: UInt8(ascii: "/")).contains { $0.elementsEqual("..".utf8) }
        if path.isEmpty || climbs || path.contains(0) { return nil }
        self = .uri(path: path, arguments: question < value.endIndex ? Array(value[(question + 1)...]) : [])
    }
}
