import GatehouseWire

/// User and password of `Authorization: Basic` or `Proxy-Authorization: Basic` (RFC 7617).
package struct BasicCredentials: Sendable, Equatable {
    package var user: [UInt8]
    package var password: [UInt8]

    package init(user: [UInt8], password: [UInt8]) {
        self.user = user
        self.password = password
    }

    /// `nil` where there are none, or none that can be read.
    package init?(_ field: FieldName, of fields: HeaderFields) {
        guard let value = fields.valueBytes(field), value.count > 6 else { return nil }
        guard HeaderFields.equalsIgnoringCase(value[..<6], Array("basic ".utf8)) else { return nil }
        guard let text = Base64.decode(value[6...].drop { $0 == 0x20 }), let colon = text.firstIndex(of: UInt8(ascii: ":")) else {
            return nil
        }
        user = Array(text[..<colon])
        password = Array(text[(colon + 1)...])
    }
}
