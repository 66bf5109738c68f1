/// Reading names and values, and writing them elsewhere.
extension HeaderFields {
    package func name(at index: Int) -> ArraySlice<UInt8> { bytes[fields[index].name] }

    package func value(at index: Int) -> ArraySlice<UInt8> { bytes[fields[index].value] }

    /// A copy of the first value of that name.
    @inlinable package func valueBytes(_ id: FieldName) -> [UInt8]? { first(id).map { Array(bytes[$0]) } }

    /// The first value of the field with these letters, which have to be in lower case.
    package func first(named lowercase: [UInt8]) -> Range<Int>? {
        for field in fields where HeaderFields.matches(bytes, field.name, lowercase: lowercase) { return field.value }
        return nil
    }

    /// The indices of all fields with these letters, which have to be in lower case.
    package func indices(named lowercase: [UInt8]) -> [Int] {
        fields.indices.filter { HeaderFields.matches(bytes, fields[$0].name, lowercase: lowercase) }
    }

    /// The indices of all fields nginx's `$http_…` variable with this rest of its name stands for: letters fold, and `-` and `_` are one.
    package func indices(variable name: [UInt8]) -> [Int] {
        fields.indices.filter { index in
            let range = fields[index].name
            return range.count == name.count
                && name.indices.allSatisfy { i in
                    Self.variableByte(ByteClass.lowercase(bytes[range.lowerBound + i])) == Self.variableByte(name[i])
                }
        }
    }

    private static func variableByte(_ byte: UInt8) -> UInt8 { byte == UInt8(ascii: "-") ? UInt8(ascii: "_") : byte }

    /// All values of that name, joined with `separator` (RFC 9110 §5.3); nil where there is none.
    package func joinedValues(_ id: FieldName, separator: String = ", ") -> [UInt8]? {
        guard contains(id) else { return nil }
        return Array(indices(of: id).map { value(at: $0) }.joined(separator: separator.utf8))
    }

    /// Appends all values of that name, a comma and a space between them.
    package func appendJoined(_ id: FieldName, to buffer: ByteBuffer) {
        guard let first = firstIndex(of: id) else { return }
        appendValue(of: first, to: buffer)
        for i in (first + 1)..<fields.count where fields[i].id == id {
            buffer.append(", ")
            appendValue(of: i, to: buffer)
        }
    }

    @inlinable package func appendName(of index: Int, to buffer: ByteBuffer) { buffer.append(bytes, range: fields[index].name) }

    @inlinable package func appendValue(of index: Int, to buffer: ByteBuffer) { buffer.append(bytes, range: fields[index].value) }

    /// Appends `Name: value` and CRLF.
    @inlinable package func appendLine(of index: Int, to buffer: ByteBuffer) {
        if fields[index].isLine { return buffer.append(bytes, range: fields[index].line) }
        appendName(of: index, to: buffer)
        buffer.append(": ")
        appendValue(of: index, to: buffer)
        buffer.append("\r\n")
    }

    /// Appends the line of every field that is not `isLeftOut`, those that lie behind each other in one piece.
    @inlinable package func appendLines(to buffer: ByteBuffer, except isLeftOut: (Field) -> Bool = { _ in false }) {
        var run = 0..<0
        for i in 0..<fields.count {
            let field = fields[i]
            if isLeftOut(field) { continue }
            if field.isLine && field.line.lowerBound == run.upperBound {
                run = run.lowerBound..<field.line.upperBound
                continue
            }
            if !run.isEmpty { buffer.append(bytes, range: run) }
            run = field.isLine ? field.line : 0..<0
            if !field.isLine { appendLine(of: i, to: buffer) }
        }
        if !run.isEmpty { buffer.append(bytes, range: run) }
    }

    /// Whether some value of that name, read as a comma-separated list, has this token, which has to be in lower case.
    package func lists(_ token: String, in id: FieldName) -> Bool {
        guard contains(id) else { return false }
        for field in fields where field.id == id {
            var list = FieldList(field.value)
            while let element = list.next(in: bytes) {
                if HeaderFields.matches(bytes, element, lowercase: token.utf8) { return true }
            }
        }
        return false
    }

    /// Whether the bytes in `range` are `lowercase` in any letter case.
    package static func matches(_ bytes: [UInt8], _ range: Range<Int>, lowercase: some Collection<UInt8>) -> Bool {
        guard range.count == lowercase.count else { return false }
        return zip(range, lowercase).allSatisfy { ByteClass.lowercase(bytes[$0]) == $1 }
    }

    package static func equalsIgnoringCase(_ left: some Collection<UInt8>, _ right: some Collection<UInt8>) -> Bool {
        left.count == right.count && zip(left, right).allSatisfy { ByteClass.lowercase($0) == ByteClass.lowercase($1) }
    }
}

extension HeaderFields: CustomStringConvertible {
    /// All fields, a line for each.
    public var description: String {
        fields.indices.map { "\(String(decoding: name(at: $0), as: UTF8.self)): \(String(decoding: value(at: $0), as: UTF8.self))\n" }
            .joined()
    }
}
