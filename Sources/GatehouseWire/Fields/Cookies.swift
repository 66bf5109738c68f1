/// Cookies of requests, and the attributes of `Set-Cookie` (RFC 6265).
package enum Cookies {
    /// The value of the first cookie called `name`, as nginx's `$cookie_…` finds it: in any letter case, up to the next semicolon.
    package static func value(of name: [UInt8], in fields: HeaderFields) -> [UInt8]? {
        guard !name.isEmpty else { return nil }
        for index in fields.indices(of: .cookie) {
            var list = Pieces(range: fields.fields[index].value)
            while let piece = list.next(in: fields.bytes) {
                guard let equals = fields.bytes[piece].firstIndex(of: UInt8(ascii: "=")) else { continue }
                let found = trimEnd(piece.lowerBound..<equals, of: fields.bytes)
                guard found.count == name.count,
                    zip(found, name).allSatisfy({ ByteClass.lowercase(fields.bytes[$0]) == ByteClass.lowercase($1) })
                else { continue }
                let value = fields.bytes[(equals + 1)..<piece.upperBound]
                return Array(value.drop { $0 == 32 })
            }
        }
        return nil
    }

    /// One attribute of a `Set-Cookie` value.
    package struct Attribute: Equatable, Sendable {
        package var name: [UInt8]
        /// Nil for an attribute without `=`, such as `Secure`.
        package var value: [UInt8]?
    }

    /// The cookie itself, as the first element, and its attributes in order.
    package static func attributes(ofSetCookie value: [UInt8]) -> [Attribute] {
        var list = Pieces(range: 0..<value.count)
        var attributes: [Attribute] = []
        while let piece = list.next(in: value) {
            let trimmed = FieldList.trim(piece, of: value)
            if trimmed.isEmpty && !attributes.isEmpty { continue }
            guard let equals = value[trimmed].firstIndex(of: UInt8(ascii: "=")) else {
                attributes.append(Attribute(name: Array(value[trimmed]), value: nil))
                continue
            }
            let name = FieldList.trim(trimmed.lowerBound..<equals, of: value)
            let content = FieldList.trim(equals + 1..<trimmed.upperBound, of: value)
            attributes.append(Attribute(name: Array(value[name]), value: Array(value[content])))
        }
        return attributes
    }

    private static func trimEnd(_ range: Range<Int>, of bytes: [UInt8]) -> Range<Int> {
        var end = range.upperBound
        while end > range.lowerBound, bytes[end - 1] == 32 { end -= 1 }
        return range.lowerBound..<end
    }

    /// The pieces between semicolons, without the spaces before them. Quotes mean nothing here.
    private struct Pieces {
        var range: Range<Int>

        mutating func next(in bytes: [UInt8]) -> Range<Int>? {
            var start = range.lowerBound
            while start < range.upperBound, bytes[start] == 32 { start += 1 }
            guard start < range.upperBound else { return nil }
            let end = bytes[start..<range.upperBound].firstIndex(of: UInt8(ascii: ";")) ?? range.upperBound
            range = min(end + 1, range.upperBound)..<range.upperBound
            return start..<end
        }
    }
}
