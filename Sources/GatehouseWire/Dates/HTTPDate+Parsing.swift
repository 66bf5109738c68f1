extension HTTPDate {
    /// Reads any of the three forms of RFC 9110 §5.6.7 into seconds since 1970; nil where the text is none, or no such day exists.
    /// The day's name is not compared with the date. Years of two digits are 1970 to 2069, as in nginx.
    package static func parse(_ text: [UInt8]) -> Int? {
        guard let space = text.firstIndex(of: 32) else { return nil }
        if space > 0, text[space - 1] == UInt8(ascii: ",") {
            return parseAfterComma(text, from: space + 1)
        }
        return parseAsctime(text, from: space + 1)
    }

    package static func parse(_ text: some StringProtocol) -> Int? { parse(Array(text.utf8)) }

    /// `06 Nov 1994 08:49:37 GMT` or `06-Nov-94 08:49:37 GMT`.
    private static func parseAfterComma(_ text: [UInt8], from start: Int) -> Int? {
        guard let day = number(text, start..<start + 2), start + 2 < text.count else { return nil }
        let separator = text[start + 2]
        guard separator == 32 || separator == UInt8(ascii: "-"), let month = month(text, at: start + 3),
            byte(text, start + 6) == separator
        else { return nil }
        let hasLongYear = separator == 32
        let yearEnd = start + (hasLongYear ? 11 : 9)
        guard var year = number(text, start + 7..<yearEnd), byte(text, yearEnd) == 32, yearEnd + 13 == text.count,
            text[(yearEnd + 9)...].elementsEqual(" GMT".utf8)
        else { return nil }
        if !hasLongYear { year += year < 70 ? 2000 : 1900 }
        return seconds(text, clockAt: yearEnd + 1, year: year, month: month, day: day)
    }

    /// `Nov  6 08:49:37 1994`.
    private static func parseAsctime(_ text: [UInt8], from start: Int) -> Int? {
        guard let month = month(text, at: start), byte(text, start + 3) == 32, start + 20 == text.count else { return nil }
        let dayStart = text[start + 4] == 32 ? start + 5 : start + 4
        guard let day = number(text, dayStart..<start + 6), text[start + 6] == 32, text[start + 15] == 32,
            let year = number(text, start + 16..<start + 20)
        else { return nil }
        return seconds(text, clockAt: start + 7, year: year, month: month, day: day)
    }

    private static func seconds(_ text: [UInt8], clockAt start: Int, year: Int, month: Int, day: Int) -> Int? {
        guard let hour = number(text, start..<start + 2), byte(text, start + 2) == UInt8(ascii: ":"),
            let minute = number(text, start + 3..<start + 5), byte(text, start + 5) == UInt8(ascii: ":"),
            let second = number(text, start + 6..<start + 8)
        else { return nil }
        let time = CivilTime(year: year, month: month, day: day, hour: hour, minute: minute, second: second)
        return time.isValid ? time.epochSeconds : nil
    }

    private static func byte(_ text: [UInt8], _ index: Int) -> UInt8? { index < text.count ? text[index] : nil }

    private static func month(_ text: [UInt8], at start: Int) -> Int? {
        guard start + 3 <= text.count else { return nil }
        return CivilTime.monthNames.firstIndex { text[start..<start + 3].elementsEqual($0) }.map { $0 + 1 }
    }

    private static func number(_ text: [UInt8], _ range: Range<Int>) -> Int? {
        guard range.upperBound <= text.count else { return nil }
        var number = 0
        for i in range {
            guard ByteClass.isDigit(text[i]) else { return nil }
            number = number * 10 + Int(text[i] - 48)
        }
        return number
    }
}
