extension BindSettings {
    /// `proxy_bind`, `tunnel_bind`: an address with `transparent` or not; `nil` for `off`.
    init?(_ reader: DirectiveReader) throws(ConfigurationError) {
        if reader.count == 1 && reader.string(0) == "off" { return nil }
        let address = try reader.template(0)
        if address.constant != nil, !BindSettings.isAddress(reader.bytes(0)) {
            throw reader.fail("invalid address \"\(reader.string(0))\"", at: 0)
        }
        if reader.count == 2 && reader.string(1) != "transparent" { throw reader.fail("invalid parameter \"\(reader.string(1))\"", at: 1) }
        self.init(address: address, isTransparent: reader.count == 2)
    }

    /// An IP address, with or without a port.
    private static func isAddress(_ text: [UInt8]) -> Bool {
        let bracketed = text.contains(UInt8(ascii: "[")) || text.count(where: { $0 == UInt8(ascii: ":") }) < 2
        let text = bracketed ? text : [UInt8(ascii: "[")] + text + [UInt8(ascii: "]")]
        guard let target = try? NetworkTarget(parsing: text, defaultPort: 0, allowsURI: false), case .ip = target.address else {
            return false
        }
        return true
    }
}
