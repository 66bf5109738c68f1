/// What can be appended to a buffer. Each form copies its bytes once.
extension ByteBuffer {
    @inlinable package func append(_ bytes: Span<UInt8>) {
        // The pointer is used inside the closure only.
        unsafe bytes.withUnsafeBytes { unsafe append(copying: $0) }
    }

    @inlinable package func append(_ bytes: [UInt8]) {
        // The pointer is used inside the closure only.
        unsafe bytes.withUnsafeBytes { unsafe append(copying: $0) }
    }

    @inlinable package func append(_ bytes: ArraySlice<UInt8>) {
        // The pointer is used inside the closure only.
        unsafe bytes.withUnsafeBytes { unsafe append(copying: $0) }
    }

    @inlinable package func append(_ text: StaticString) {
        // The pointer is used inside the closure only.
        text.withUTF8Buffer { unsafe append(copying: UnsafeRawBufferPointer($0)) }
    }

    // Disfavoured so that a literal is a `StaticString`, which costs a tenth.
    @_disfavoredOverload
    @inlinable package func append(_ text: String) {
        var text = text
        // The pointer is used inside the closure only.
        text.withUTF8 { unsafe append(copying: UnsafeRawBufferPointer($0)) }
    }

    /// Appends the bytes of `bytes` at the indices in `range`.
    @inlinable package func append(_ bytes: [UInt8], range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count, "range outside of the array")
        // The pointer is used inside the closure only; the range was checked.
        unsafe bytes.withUnsafeBytes { unsafe append(copying: UnsafeRawBufferPointer(rebasing: $0[range])) }
    }

    /// Appends the unread bytes of `other` at the offsets in `range`. `other` may be this very buffer.
    @inlinable package func append(_ other: ByteBuffer, range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= other.count, "range outside of the unread bytes")
        // Room first: where `other` is `self`, the pointer taken below stays valid.
        reserve(range.count)
        unsafe other.withReadable { unsafe append(copying: UnsafeRawBufferPointer(rebasing: $0[range])) }
    }

    @inlinable package func append(_ other: ByteBuffer) {
        append(other, range: 0..<other.count)
    }

    /// Appends `number` in decimal digits, with a minus sign where it is negative.
    package func appendDecimal(_ number: Int) {
        if number < 0 { append(UInt8(ascii: "-")) }
        // The digits from the last to the first: a division by a constant is a multiplication.
        var digits = InlineArray<20, UInt8>(repeating: 0)
        var start = digits.count
        var rest = number.magnitude
        repeat {
            start &-= 1
            digits[start] = UInt8(truncatingIfNeeded: rest % 10) &+ UInt8(ascii: "0")
            rest /= 10
        } while rest > 0
        append(digits.span.extracting(start..<digits.count))
    }

    /// Appends `number`, which must not be negative, in lower-case hexadecimal digits without a prefix.
    package func appendHex(_ number: Int) {
        precondition(number >= 0, "a negative number has no hexadecimal form here")
        var shift = max(0, (Int.bitWidth - number.leadingZeroBitCount - 1) / 4 * 4)
        while shift >= 0 {
            let digit = UInt8(truncatingIfNeeded: number >> shift) & 15
            append(digit < 10 ? digit &+ UInt8(ascii: "0") : digit &+ (UInt8(ascii: "a") - 10))
            shift -= 4
        }
    }

    /// Puts a space in the place of every CR, LF and NUL from the offset `start` on.
    package func blankLineBreaks(from start: Int) {
        let bytes = readable
        var i = start
        while i < bytes.count {
            if bytes[i] <= 13, bytes[i] == 13 || bytes[i] == 10 || bytes[i] == 0 { overwrite(at: i, with: 0x20) }
            i &+= 1
        }
    }

    /// A copy of the unread bytes at the offsets in `range`.
    package func bytes(in range: Range<Int>) -> [UInt8] {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "range outside of the unread bytes")
        // The copy is made inside the closure; the range was checked.
        return unsafe withReadable { unsafe Array($0[range]) }
    }

    /// A copy of all unread bytes.
    package func bytes() -> [UInt8] { bytes(in: 0..<count) }
}
