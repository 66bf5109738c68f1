/// Names of application protocols in the form that ALPN carries (RFC 7301 section 3.1): each after its length.
enum ApplicationProtocols {
    static func wire(_ names: [String]) throws(TLSError) -> [UInt8] {
        var wire: [UInt8] = []
        for name in names {
            guard let length = UInt8(exactly: name.utf8.count), length > 0 else {
                throw TLSError(.configuration, "invalid application protocol name \"\(name)\": 1 to 255 bytes are possible")
            }
            wire.append(length)
            wire.append(contentsOf: name.utf8)
        }
        return wire
    }
}
