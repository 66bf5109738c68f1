/// One word of a directive, with quotes and escapes taken away.
package struct Argument: Sendable, Equatable {
    package let bytes: [UInt8]
    package let position: SourcePosition
    /// Bytes the word takes in the source, quotes and all.
    package let sourceLength: Int
    package let wasQuoted: Bool

    package init(bytes: [UInt8], position: SourcePosition, sourceLength: Int, wasQuoted: Bool) {
        self.bytes = bytes
        self.position = position
        self.sourceLength = sourceLength
        self.wasQuoted = wasQuoted
    }

    package var text: String { String(decoding: bytes, as: UTF8.self) }
}
