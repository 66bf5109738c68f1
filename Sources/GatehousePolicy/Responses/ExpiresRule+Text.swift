extension ExpiresRule {
    package enum TextError: Error, Equatable {
        case invalidValue
        case dailyWithModified
        case dailyTooLate

        /// nginx's words.
        package var message: String {
            switch self {
            case .invalidValue: "invalid value"
            case .dailyWithModified: "daily time cannot be used with \"modified\" parameter"
            case .dailyTooLate: "daily time value must be less than 24 hours"
            }
        }
    }

    /// Reads the argument of the directive, which a variable may hold: `epoch`, `max`, `off`, `30d`, `-1`, `@15h30m`.
    /// - Parameter isModified: the parameter `modified` stands before it.
    package init(_ text: String, isModified: Bool = false) throws(TextError) {
        if !isModified, let rule = Self.word(text) {
            self = rule
            return
        }
        let sign = text.utf8.first
        let isSigned = sign == UInt8(ascii: "@") || sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-")
        if sign == UInt8(ascii: "@") && isModified { throw .dailyWithModified }
        guard let seconds = Self.seconds(Array(text.utf8.dropFirst(isSigned ? 1 : 0))) else { throw .invalidValue }
        if sign == UInt8(ascii: "@") {
            if seconds > 86400 { throw .dailyTooLate }
            self = .daily(seconds)
            return
        }
        let signed = sign == UInt8(ascii: "-") ? -seconds : seconds
        self = isModified ? .afterModification(signed) : .afterAccess(signed)
    }

    private static func word(_ text: String) -> ExpiresRule? {
        switch text {
        case "epoch": .epoch
        case "max": .max
        case "off": .off
        default: nil
        }
    }

    /// nginx's times in seconds: `1y2M3w4d5h6m7s`, units in falling order and each once, blanks between them; the last number may
    /// go without.
    private static func seconds(_ text: [UInt8]) -> Int? {
        let units: [(letter: UInt8, seconds: Int)] = [
            (UInt8(ascii: "y"), 31_536_000), (UInt8(ascii: "M"), 2_592_000), (UInt8(ascii: "w"), 604_800), (UInt8(ascii: "d"), 86400),
            (UInt8(ascii: "h"), 3600), (UInt8(ascii: "m"), 60), (UInt8(ascii: "s"), 1),
        ]
        var total = 0
        var number: Int?
        var nextUnit = 0
        for byte in text {
            if byte >= 0x30 && byte <= 0x39 {
                let value = (number ?? 0) * 10 + Int(byte - 0x30)
                if nextUnit == units.count || value > 100_000_000_000 { return nil }
                number = value
            } else if byte == UInt8(ascii: " ") && number == nil && nextUnit > 0 {
                continue
            } else {
                guard let value = number, let unit = units[nextUnit...].firstIndex(where: { $0.letter == byte }) else { return nil }
                total += value * units[unit].seconds
                nextUnit = unit + 1
                number = nil
            }
        }
        return text.isEmpty ? nil : total + (number ?? 0)
    }
}
