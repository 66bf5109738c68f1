/// Unicode properties, over ASCII: patterns match bytes, and a byte from 128 on is part of a character, of no category.
extension PatternParser {
    /// `\pL`, `\p{Lu}`, `\p{^N}`, `\P{L}`; the letter behind the backslash has been read.
    mutating func property(isNegated: Bool) throws(PatternError) -> ByteSet {
        let start = position
        var isNegated = isNegated
        let isBraced = take("{")
        if isBraced, take("^") { isNegated.toggle() }
        var name = ""
        while let byte = peeked, ByteSet.word.contains(byte) || byte == UInt8(ascii: "&"), isBraced || name.isEmpty {
            name.unicodeScalars.append(Unicode.Scalar(byte))
            position += 1
        }
        if isBraced, !take("}") { throw error("malformed \\P or \\p sequence", at: start) }
        guard let set = ByteSet.property(name) else { throw error("unknown property after \\P or \\p", at: start) }
        if flags.contains(.ignoresCase), name == "Lu" || name == "Ll" || name == "Lt" {
            return isNegated ? ByteSet.alpha.inverted : .alpha
        }
        return isNegated ? set.inverted : set
    }
}

extension ByteSet {
    /// The ASCII members of a general category, or of PCRE's own `Any`, `Xan`, `Xps`, `Xsp`, `Xwd`; nil for an unknown name.
    static func property(_ name: String) -> ByteSet? {
        switch name {
        case "Any": .all
        case "L", "L&", "Latin": alpha
        case "Lu": upper
        case "Ll": lower
        case "Lm", "Lo", "Lt", "M", "Mc", "Me", "Mn", "Nl", "No", "Pf", "Pi", "Zl", "Zp", "Cf", "Cn", "Co", "Cs": ByteSet()
        case "N", "Nd": digit
        case "P": ByteSet("!\"#%&'()*,-./:;?@[\\]_{}".utf8)
        case "Pc": ByteSet("_".utf8)
        case "Pd": ByteSet("-".utf8)
        case "Ps": ByteSet("([{".utf8)
        case "Pe": ByteSet(")]}".utf8)
        case "Po": ByteSet("!\"#%&'*,./:;?@\\".utf8)
        case "S": ByteSet("$+<=>^`|~".utf8)
        case "Sc": ByteSet("$".utf8)
        case "Sk": ByteSet("^`".utf8)
        case "Sm": ByteSet("+<=>|~".utf8)
        case "Z", "Zs": ByteSet(0x20)
        case "C", "Cc": ByteSet.posix("cntrl")
        case "Xan": alnum
        case "Xsp", "Xps": space
        case "Xwd": word
        default: nil
        }
    }
}
