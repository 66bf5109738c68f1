extension TLSServerContext {
    /// The range, within a client's offer in wire form (RFC 7301 section 3.1), of the name that this server likes best.
    func preferredProtocol(among offered: Span<UInt8>) -> Range<Int>? {
        var own = 0
        while own < alpn.count {
            let length = Int(alpn[own])
            let name = own + 1..<own + 1 + length
            if let match = Self.range(of: name, of: alpn, in: offered) { return match }
            own = name.upperBound
        }
        return nil
    }

    private static func range(of name: Range<Int>, of own: [UInt8], in offered: Span<UInt8>) -> Range<Int>? {
        var next = 0
        while next < offered.count {
            let candidate = next + 1..<next + 1 + Int(offered[next])
            guard candidate.upperBound <= offered.count else { return nil }
            if candidate.count == name.count && isEqual(offered.extracting(candidate), own[name]) { return candidate }
            next = candidate.upperBound
        }
        return nil
    }

    private static func isEqual(_ left: Span<UInt8>, _ right: ArraySlice<UInt8>) -> Bool {
        for index in 0..<left.count where left[index] != right[right.startIndex + index] { return false }
        return true
    }
}
