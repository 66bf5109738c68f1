/// The value of `If-Match` or `If-None-Match`: `*`, or entity tags between commas.
struct EntityTagList {
    private let list: [UInt8]

    init(_ list: [UInt8]) { self.list = list }

    /// - Parameter isWeak: compares what follows `W/` (RFC 9110 §8.8.3.2); the strong comparison is of the whole, as in nginx.
    func contains(_ etag: [UInt8]?, isWeak: Bool) -> Bool {
        if list == [UInt8(ascii: "*")] { return true }
        guard let etag, !etag.isEmpty else { return false }
        let wanted = isWeak ? Self.opaquePart(etag[...]) : etag[...]
        var rest = list[...]
        while !rest.isEmpty {
            let candidate = isWeak ? Self.opaquePart(rest) : rest
            if candidate.starts(with: wanted) {
                let after = candidate.dropFirst(wanted.count).drop(while: Self.isBlank)
                if after.isEmpty || after.first == UInt8(ascii: ",") { return true }
            }
            rest = rest.drop { $0 != UInt8(ascii: ",") }.drop { Self.isBlank($0) || $0 == UInt8(ascii: ",") }
        }
        return false
    }

    private static func opaquePart(_ tag: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        tag.count > 2 && tag.starts(with: [UInt8(ascii: "W"), UInt8(ascii: "/")]) ? tag.dropFirst(2) : tag
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
}
