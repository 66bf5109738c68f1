extension Array {
    /// Forgets the elements and keeps the memory. For arrays that are mostly empty already.
    @inlinable package mutating func empty() {
        if !isEmpty { removeAll(keepingCapacity: true) }
    }
}

extension Array where Element == UInt8 {
    /// Appends a copy of `bytes` in one move.
    @inlinable package mutating func append(copying bytes: Span<UInt8>) {
        // The pointer is used inside the closure only.
        unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }

    /// A copy of `bytes`.
    @inlinable package init(copying bytes: Span<UInt8>) {
        // The pointer is used inside the closure only.
        self = unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) }
    }
}
