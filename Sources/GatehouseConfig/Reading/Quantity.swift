/// Numbers, sizes and times as nginx writes them (`ngx_parse.c`). `nil` is "not such a value".
package enum Quantity {
    /// Decimal digits only.
    package static func integer(_ text: some Sequence<UInt8>) -> Int? {
        var value = 0
        var isEmpty = true
        for byte in text {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(Int(byte - UInt8(ascii: "0")))
            if overflow || carry { return nil }
            value = sum
            isEmpty = false
        }
        return isEmpty ? nil : value
    }

    /// Bytes, with an optional `k`, `m` or `g` in either case.
    package static func size(_ text: [UInt8], allowsGiga: Bool) -> Int? {
        let scale: Int
        switch text.last {
        case UInt8(ascii: "k"), UInt8(ascii: "K"): scale = 1 << 10
        case UInt8(ascii: "m"), UInt8(ascii: "M"): scale = 1 << 20
        case UInt8(ascii: "g"), UInt8(ascii: "G"):
            guard allowsGiga else { return nil }
            scale = 1 << 30
        default: return integer(text)
        }
        guard let count = integer(text.dropLast()) else { return nil }
        let (value, overflow) = count.multipliedReportingOverflow(by: scale)
        return overflow ? nil : value
    }

    /// Units from the largest to the smallest, each at most once: `1y 2M 3w 4d 5h 6m 7s 8ms`. A number alone means
    /// seconds.
    package static func duration(_ text: [UInt8], wholeSeconds: Bool = false) -> Duration? {
        var rest = text[...]
        var total = 0
        var previousRank = Int.max
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
            guard let count = integer(digits) else { return nil }
            rest = rest.dropFirst(digits.count)
            guard let unit = takeUnit(&rest), unit.rank < previousRank, !(wholeSeconds && unit.milliseconds == 1) else { return nil }
            previousRank = unit.rank
            let (product, overflow) = count.multipliedReportingOverflow(by: unit.milliseconds)
            let (sum, carry) = total.addingReportingOverflow(product)
            if overflow || carry { return nil }
            total = sum
            rest = rest.drop { $0 == UInt8(ascii: " ") }
        }
        return .milliseconds(total)
    }

    private static func takeUnit(_ rest: inout ArraySlice<UInt8>) -> (milliseconds: Int, rank: Int)? {
        let second = 1000
        guard let letter = rest.first, letter != UInt8(ascii: " ") else { return (second, 1) }
        rest = rest.dropFirst()
        switch letter {
        case UInt8(ascii: "y"): return (365 * 86400 * second, 8)
        case UInt8(ascii: "M"): return (30 * 86400 * second, 7)
        case UInt8(ascii: "w"): return (7 * 86400 * second, 6)
        case UInt8(ascii: "d"): return (86400 * second, 5)
        case UInt8(ascii: "h"): return (3600 * second, 4)
        case UInt8(ascii: "m"):
            guard rest.first == UInt8(ascii: "s") else { return (60 * second, 3) }
            rest = rest.dropFirst()
            return (1, 0)
        case UInt8(ascii: "s"): return (second, 2)
        default: return nil
        }
    }
}
