import GatehouseWire

/// A set of field names: the known ones as bits, the others by their lower-case bytes.
package struct FieldNameSet: Sendable {
    private var low: UInt64 = 0
    private var high: UInt64 = 0
    private var others: [[UInt8]] = []

    package init(_ known: [FieldName] = []) {
        for name in known { insert(name) }
    }

    package mutating func insert(_ name: FieldName) {
        if name.rawValue < 64 { low |= 1 << UInt64(name.rawValue) } else { high |= 1 << UInt64(name.rawValue - 64) }
    }

    package mutating func insert(lowercase name: [UInt8]) {
        if let known = FieldName(name.span, 0..<name.count) { return insert(known) }
        if !others.contains(name) { others.append(name) }
    }

    package mutating func remove(lowercase name: [UInt8]) {
        if let known = FieldName(name.span, 0..<name.count) {
            if known.rawValue < 64 { low &= ~(1 << UInt64(known.rawValue)) } else { high &= ~(1 << UInt64(known.rawValue - 64)) }
        } else {
            others.removeAll { $0 == name }
        }
    }

    package func contains(_ name: FieldName) -> Bool {
        name.rawValue < 64 ? low & (1 << UInt64(name.rawValue)) != 0 : high & (1 << UInt64(name.rawValue - 64)) != 0
    }

    /// Whether field `i` of `fields` is in the set.
    package func contains(_ i: Int, of fields: HeaderFields) -> Bool { contains(fields.fields[i], in: fields.bytes) }

    /// Whether a field, whose name is in `bytes`, is in the set. They are only looked at where the name is none of the known ones.
    @inline(__always) package func contains(_ field: HeaderFields.Field, in bytes: @autoclosure () -> [UInt8]) -> Bool {
        if let known = field.id { return contains(known) }
        return !others.isEmpty && containsOther(bytes()[field.name])
    }

    private func containsOther(_ name: ArraySlice<UInt8>) -> Bool {
        others.contains { HeaderFields.equalsIgnoringCase(name, $0) }
    }
}
