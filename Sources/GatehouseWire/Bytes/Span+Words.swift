/// Scanning eight bytes at a time.
extension Span where Element == UInt8 {
    /// The eight bytes from `index` on, the first one lowest. They have to lie in the span.
    @inline(__always) func word(at index: Int) -> UInt64 {
        // The offset is checked by the load; every bit pattern is a valid number.
        UInt64(littleEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
    }

    /// Where the first byte from `start` on is that a field value cannot have: a control other than the tab. `count` if none is.
    @inline(__always) func endOfValue(from start: Int) -> Int {
        var i = start
        while i &+ 8 <= count {
            let hits = word(at: i).bytes(below: 0x20)
            i &+= hits == 0 ? 8 : hits.trailingZeroBitCount &>> 3
            if hits != 0 {
                if self[i] != 9 { return i }
                i &+= 1
            }
        }
        while i < count, ByteClass.value.contains(self[i]) { i &+= 1 }
        return i
    }

    /// Where the first byte from `start` on is that ends a field name: a colon, a control or a space. `count` if none is.
    @inline(__always) func endOfName(from start: Int) -> Int {
        var i = start
        while i &+ 8 <= count {
            let word = word(at: i)
            let hits = word.bytes(below: 0x21) | word.bytes(equal: 0x3a)
            if hits != 0 { return i &+ hits.trailingZeroBitCount &>> 3 }
            i &+= 8
        }
        while i < count, self[i] > 0x20, self[i] != 0x3a, self[i] != 0x7f { i &+= 1 }
        return i
    }

    /// Where the first byte from `start` on is that a request target cannot have: a control or a space. `count` if none is.
    @inline(__always) func endOfTarget(from start: Int) -> Int {
        var i = start
        while i &+ 8 <= count {
            let hits = word(at: i).bytes(below: 0x21)
            if hits != 0 { return i &+ hits.trailingZeroBitCount &>> 3 }
            i &+= 8
        }
        while i < count, ByteClass.target.contains(self[i]) { i &+= 1 }
        return i
    }
}

extension UInt64 {
    /// Marks the highest bit of bytes that are `byte`. Only the lowest mark is exact.
    @inline(__always) fileprivate func bytes(equal byte: UInt8) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let difference = self ^ (ones &* UInt64(byte))
        return (difference &- ones) & ~difference & (ones &* 0x80)
    }

    /// Marks the highest bit of bytes that are DEL or below `limit`, which is at most 128. Only the lowest mark is exact: a borrow may
    /// add marks above it.
    @inline(__always) fileprivate func bytes(below limit: UInt8) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let delete = self ^ (ones &* 0x7f)
        return ((self &- ones &* UInt64(limit)) & ~self | (delete &- ones) & ~delete) & (ones &* 0x80)
    }
}
