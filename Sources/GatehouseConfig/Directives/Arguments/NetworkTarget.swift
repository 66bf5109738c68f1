import GatehouseWire

/// `host[:port][/uri]`, `[v6][:port][/uri]` or `unix:path[:uri]`, taken apart as nginx does it.
package struct NetworkTarget: Sendable, Equatable {
    package private(set) var address: UpstreamAddress
    /// As written, with the brackets of an IPv6 address; the path of a unix socket.
    package private(set) var host: String
    /// The port in effect; 0 for a unix socket.
    package private(set) var port: Int
    /// Whether a port was written.
    package private(set) var hasPort: Bool
    /// What follows the address, from its `/` or `?` on; empty when nothing does.
    package private(set) var uri: [UInt8]

    /// - Throws: nginx's words for what is wrong, without the place: `invalid port`, `no host`, …
    package init(parsing text: [UInt8], defaultPort: Int, allowsURI: Bool) throws(ArgumentError) {
        if text.count >= 5, String(decoding: text[..<5], as: UTF8.self).lowercased() == "unix:" {
            try self.init(unix: text[5...], allowsURI: allowsURI)
        } else {
            try self.init(internet: text, defaultPort: defaultPort, allowsURI: allowsURI)
        }
    }

    private init(internet text: [UInt8], defaultPort: Int, allowsURI: Bool) throws(ArgumentError) {
        var rest = text[...]
        uri = []
        if let start = Self.uriStart(rest) {
            guard allowsURI else { throw ArgumentError("invalid host") }
            uri = Array(rest[start...])
            rest = rest[..<start]
        }
        let (hostText, portText) = try Self.split(rest)
        if hostText.isEmpty || hostText.elementsEqual("[]".utf8) { throw ArgumentError("no host") }
        host = String(decoding: hostText, as: UTF8.self)
        hasPort = portText != nil
        port = defaultPort
        if let portText {
            guard let number = Quantity.integer(portText), (1...65535).contains(number) else {
                throw ArgumentError("invalid port")
            }
            port = number
        }
        if hostText.first == UInt8(ascii: "[") {
            guard let v6 = IPAddress(Array(hostText.dropFirst().dropLast())), !v6.isV4 else { throw ArgumentError("invalid IPv6 address") }
            address = .ip(v6, port: port)
        } else if let v4 = IPAddress(Array(hostText)), v4.isV4 {
            address = .ip(v4, port: port)
        } else {
            address = .name(host, port: port)
        }
    }

    private init(unix text: ArraySlice<UInt8>, allowsURI: Bool) throws(ArgumentError) {
        var path = text
        uri = []
        if allowsURI, let colon = text.firstIndex(of: UInt8(ascii: ":")) {
            path = text[..<colon]
            uri = Array(text[(colon + 1)...])
        }
        if path.isEmpty { throw ArgumentError("no path in the unix domain socket") }
        // struct sockaddr_un holds 108 bytes, the last one zero.
        if path.count > 107 { throw ArgumentError("too long path in the unix domain socket") }
        host = String(decoding: path, as: UTF8.self)
        address = .unix(host)
        port = 0
        hasPort = false
    }

    private static func uriStart(_ text: ArraySlice<UInt8>) -> Int? {
        guard text.first == UInt8(ascii: "[") else { return text.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } }
        let end = text.firstIndex(of: UInt8(ascii: "]")) ?? text.startIndex
        return text[end...].firstIndex(of: UInt8(ascii: "/"))
    }

    private static func split(_ text: ArraySlice<UInt8>) throws(ArgumentError) -> (host: ArraySlice<UInt8>, port: ArraySlice<UInt8>?) {
        guard text.first == UInt8(ascii: "[") else {
            guard let colon = text.firstIndex(of: UInt8(ascii: ":")) else { return (text, nil) }
            return (text[..<colon], text[(colon + 1)...])
        }
        guard let bracket = text.firstIndex(of: UInt8(ascii: "]")) else { throw ArgumentError("invalid host") }
        let host = text[...bracket]
        let rest = text[(bracket + 1)...]
        guard let first = rest.first else { return (host, nil) }
        guard first == UInt8(ascii: ":") else { throw ArgumentError("invalid host") }
        return (host, rest.dropFirst())
    }
}
