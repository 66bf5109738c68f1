/// The fields of a message head in their order.
///
/// All names and values lie in one array of bytes (which may hold other bytes too, such as the first line of the head they
/// were received in) and an index of ranges into it. Both keep their capacity from message to message.
public struct HeaderFields: Sendable {
    /// One field, as places in the list's bytes.
    public struct Field: Sendable, Equatable {
        @usableFromInline var nameStart: Int32
        @usableFromInline var nameEnd: Int32
        @usableFromInline var valueStart: Int32
        @usableFromInline var valueEnd: Int32
        /// The name, where it is one that Gatehouse acts on.
        package var id: FieldName?
        /// Between name and value lie a colon and a space, and a CRLF behind the value: it is copied and written in one piece.
        @usableFromInline var isLine: Bool

        @inlinable package var name: Range<Int> { Int(nameStart)..<Int(nameEnd) }
        @inlinable package var value: Range<Int> { Int(valueStart)..<Int(valueEnd) }
        /// With its CRLF, where it `isLine`.
        @inlinable var line: Range<Int> { Int(nameStart)..<Int(valueEnd) &+ 2 }

        init(name: Range<Int>, value: Range<Int>, id: FieldName?, isLine: Bool) {
            nameStart = Int32(truncatingIfNeeded: name.lowerBound)
            nameEnd = Int32(truncatingIfNeeded: name.upperBound)
            valueStart = Int32(truncatingIfNeeded: value.lowerBound)
            valueEnd = Int32(truncatingIfNeeded: value.upperBound)
            self.id = id
            self.isLine = isLine
        }
    }

    /// Where the fields' ranges point.
    @usableFromInline package internal(set) var bytes: [UInt8] = []
    @usableFromInline package internal(set) var fields: [Field] = []
    /// One bit for every known name that has been added.
    // What asks a list that lies in a class is inlinable: else the list is copied for the call.
    @usableFromInline var present: UInt128 = 0
    /// The same for names that have been added more than once.
    @usableFromInline var repeated: UInt128 = 0

    package init() {}

    @inlinable package var count: Int { fields.count }
    @inlinable package var isEmpty: Bool { fields.isEmpty }

    /// Forgets everything and keeps the memory.
    package mutating func removeAll() {
        bytes.empty()
        fields.empty()
        present = 0
        repeated = 0
    }

    /// Adds a field whose bytes are, or are about to be, at these ranges of `bytes`.
    @inline(__always) mutating func appendIndexed(name: Range<Int>, value: Range<Int>, id: FieldName?, isLine: Bool) {
        fields.append(Field(name: name, value: value, id: id, isLine: isLine))
        guard let id else { return }
        let bit: UInt128 = 1 &<< UInt128(id.rawValue)
        repeated |= present & bit
        present |= bit
    }

    package mutating func append(name: Span<UInt8>, value: Span<UInt8>) {
        let start = bytes.count
        bytes.append(copying: name)
        appendValue(value, nameStart: start, id: FieldName(name, 0..<name.count))
    }

    /// Completes the line whose name has just been appended.
    private mutating func appendValue(_ value: Span<UInt8>, nameStart: Int, id: FieldName?) {
        let nameEnd = bytes.count
        bytes.append(UInt8(ascii: ":"))
        bytes.append(UInt8(ascii: " "))
        bytes.append(copying: value)
        let valueEnd = bytes.count
        bytes.append(13)
        bytes.append(10)
        appendIndexed(name: nameStart..<nameEnd, value: nameEnd + 2..<valueEnd, id: id, isLine: true)
    }

    package mutating func append(name: [UInt8], value: [UInt8]) { append(name: name.span, value: value.span) }

    /// Copies field `index` of another list.
    package mutating func append(at index: Int, of other: HeaderFields) { append(other.fields[index], from: other.bytes) }

    /// Copies a field of a list that has these bytes.
    package mutating func append(_ field: Field, from other: [UInt8]) {
        let start = bytes.count
        guard field.isLine else {
            bytes.append(copying: other.span.extracting(field.name))
            return appendValue(other.span.extracting(field.value), nameStart: start, id: field.id)
        }
        bytes.append(copying: other.span.extracting(field.line))
        let nameEnd = start &+ field.name.count
        appendIndexed(name: start..<nameEnd, value: nameEnd &+ 2..<bytes.count &- 2, id: field.id, isLine: true)
    }

    package mutating func append(name: String, value: [UInt8]) { append(name: Array(name.utf8), value: value) }

    package mutating func append(name: String, value: String) { append(name: Array(name.utf8), value: Array(value.utf8)) }

    package mutating func append(_ id: FieldName, _ value: [UInt8]) {
        let start = bytes.count
        bytes.append(contentsOf: id.canonical.utf8)
        appendValue(value.span, nameStart: start, id: id)
    }

    /// Removes every field whose index `isUnwanted` names. Their bytes stay until `removeAll`.
    package mutating func remove(where isUnwanted: (Int) -> Bool) {
        var kept = 0
        present = 0
        for i in fields.indices where !isUnwanted(i) {
            if let id = fields[i].id { present |= 1 << UInt128(id.rawValue) }
            fields[kept] = fields[i]
            kept += 1
        }
        fields.removeSubrange(kept...)
    }

    package mutating func remove(_ id: FieldName) {
        guard contains(id) else { return }
        fields.removeAll { $0.id == id }
        present &= ~(1 << UInt128(id.rawValue))
    }

    @inlinable package func contains(_ id: FieldName) -> Bool { present &>> UInt128(id.rawValue) & 1 == 1 }

    /// Whether the name may be there more than once. (After fields were removed this may say so of one that is not.)
    @inlinable package func mayRepeat(_ id: FieldName) -> Bool { repeated &>> UInt128(id.rawValue) & 1 == 1 }

    /// The index of the first field of that name.
    @inlinable package func firstIndex(of id: FieldName) -> Int? { contains(id) ? search(id) : nil }

    @usableFromInline func search(_ id: FieldName) -> Int? { fields.firstIndex { $0.id == id } }

    /// The value of the first field of that name, as a range of `bytes`.
    @inlinable package func first(_ id: FieldName) -> Range<Int>? {
        firstIndex(of: id).map { fields[$0].value }
    }

    package func count(of id: FieldName) -> Int {
        mayRepeat(id) ? fields.count { $0.id == id } : contains(id) ? 1 : 0
    }

    /// The indices of all fields of that name, in order.
    package func indices(of id: FieldName) -> [Int] {
        contains(id) ? fields.indices.filter { fields[$0].id == id } : []
    }
}
