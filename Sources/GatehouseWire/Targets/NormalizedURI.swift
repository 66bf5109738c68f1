/// The path and the arguments that a request target stands for, normalized as nginx does it: `%` sequences decoded, `.` and `..`
/// resolved, slashes merged, a fragment dropped. Arguments stay as they are.
package struct NormalizedURI: Sendable, Equatable {
    /// nginx's `$uri`; starts with a slash.
    package private(set) var path: [UInt8] = []
    /// nginx's `$args`; empty also where there is a question mark and nothing behind it.
    package private(set) var args: [UInt8] = []
    /// Whether the target has a question mark.
    package private(set) var hasArgs = false
    /// Whether the path had something to decode.
    package private(set) var isQuoted = false
    /// Whether the path had dots, slashes or a fragment to take out.
    package private(set) var isComplex = false
    /// Whether the path has a plus sign, which needs escaping towards some upstreams.
    package private(set) var hasPlus = false

    package init() {}

    /// Nil where the target is invalid.
    package init?(_ target: [UInt8], mergesSlashes: Bool = true) {
        guard parse(target, mergesSlashes: mergesSlashes) else { return nil }
    }

    /// Hands out path and arguments, and takes the caller's arrays in their place, so that all keep their memory.
    package mutating func give(path other: inout [UInt8], args otherArgs: inout [UInt8]) {
        swap(&path, &other)
        swap(&args, &otherArgs)
    }

    /// Reads path and query out of `target`, keeping the memory of the last one. An empty path becomes `/`.
    /// False where a `%` is not followed by two hexadecimal digits or stands for NUL, or where `..` leads above the root: 400.
    package mutating func parse(_ target: [UInt8], mergesSlashes: Bool = true) -> Bool {
        path.empty()
        args.empty()
        (hasArgs, isQuoted, isComplex, hasPlus) = (false, false, false, false)
        let end = plainPathEnd(of: target)
        if end == target.count || target[end] == UInt8(ascii: "?"), target.first == UInt8(ascii: "/") {
            path.append(contentsOf: target[..<end])
            if end < target.count { takeArgs(target, from: end + 1) }
            return true
        }
        return normalize(target, mergesSlashes: mergesSlashes)
    }

    /// Where the part of the path ends that is already as it should be.
    private mutating func plainPathEnd(of target: [UInt8]) -> Int {
        var previous: UInt8 = 0
        for i in target.indices {
            let byte = target[i]
            switch byte {
            case UInt8(ascii: "%"), UInt8(ascii: "#"), UInt8(ascii: "?"): return i
            case UInt8(ascii: "/"), UInt8(ascii: "."):
                if previous == UInt8(ascii: "/") { return i }
            case UInt8(ascii: "+"): hasPlus = true
            default: break
            }
            previous = byte
        }
        return target.count
    }

    private mutating func takeArgs(_ target: [UInt8], from start: Int) {
        hasArgs = true
        var end = start
        while end < target.count, target[end] != UInt8(ascii: "#") { end += 1 }
        if end < target.count { isComplex = true }
        args.append(contentsOf: target[start..<end])
    }

    private mutating func normalize(_ target: [UInt8], mergesSlashes: Bool) -> Bool {
        var i = 0
        // Where the present segment starts in `path`.
        var segment = 0
        if target.first != UInt8(ascii: "/") {
            path.append(UInt8(ascii: "/"))
            segment = 1
        }
        while i < target.count {
            var byte = target[i]
            i += 1
            if byte == UInt8(ascii: "?") {
                takeArgs(target, from: i)
                break
            }
            if byte == UInt8(ascii: "#") {
                isComplex = true
                break
            }
            if byte == UInt8(ascii: "%") {
                guard let decoded = NormalizedURI.decode(target, at: i) else { return false }
                byte = decoded
                i += 2
                isQuoted = true
            }
            if byte == UInt8(ascii: "+") { hasPlus = true }
            guard byte == UInt8(ascii: "/") else {
                path.append(byte)
                continue
            }
            switch endSegment(&segment) {
            case .aboveRoot: return false
            case .resolved: continue
            case .kept: break
            }
            if mergesSlashes && segment > 0 && segment == path.count {
                isComplex = true
                continue
            }
            path.append(byte)
            segment = path.count
        }
        return endSegment(&segment) != .aboveRoot
    }

    private enum SegmentEnd {
        case kept
        /// The segment is gone, and the slash behind it goes too.
        case resolved
        case aboveRoot
    }

    /// Resolves the segment that is complete where it is `.` or `..`.
    private mutating func endSegment(_ segment: inout Int) -> SegmentEnd {
        let dot = UInt8(ascii: ".")
        let length = path.count - segment
        guard segment > 0, length == 1 || length == 2, path[segment] == dot, path[path.count - 1] == dot else { return .kept }
        isComplex = true
        path.removeSubrange(segment...)
        if length == 1 { return .resolved }
        guard let slash = path[..<(segment - 1)].lastIndex(of: UInt8(ascii: "/")) else { return .aboveRoot }
        path.removeSubrange((slash + 1)...)
        segment = path.count
        return .resolved
    }

    private static func decode(_ target: [UInt8], at index: Int) -> UInt8? {
        guard index + 1 < target.count, let high = ByteClass.hexValue(target[index]),
            let low = ByteClass.hexValue(target[index + 1])
        else { return nil }
        let byte = high << 4 | low
        return byte == 0 ? nil : byte
    }
}
