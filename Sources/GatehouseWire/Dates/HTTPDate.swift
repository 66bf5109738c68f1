/// The textual forms of time that HTTP and nginx's logs use.
package enum HTTPDate {
    /// `Sun, 06 Nov 1994 08:49:37 GMT` (IMF-fixdate, RFC 9110 §5.6.7).
    package static func format(_ epochSeconds: Int) -> [UInt8] {
        let time = CivilTime(epochSeconds: epochSeconds)
        var text: [UInt8] = []
        text.reserveCapacity(29)
        text += CivilTime.dayNames[time.weekday]
        text.append(UInt8(ascii: ","))
        text.append(32)
        append(time.day, digits: 2, to: &text)
        text.append(32)
        text += CivilTime.monthNames[time.month - 1]
        text.append(32)
        append(time.year, digits: 4, to: &text)
        text.append(32)
        appendClock(time, to: &text)
        text.append(contentsOf: " GMT".utf8)
        return text
    }

    /// `Sun, 06-Nov-94 08:49:37 GMT` with four digits from 2038 on: how nginx dates cookies.
    package static func formatCookie(_ epochSeconds: Int) -> [UInt8] {
        var text = format(epochSeconds)
        text[7] = UInt8(ascii: "-")
        text[11] = UInt8(ascii: "-")
        if CivilTime(epochSeconds: epochSeconds).year < 2038 { text.removeSubrange(12..<14) }
        return text
    }

    /// `23/Nov/2026:15:00:00 +0100`, nginx's `$time_local`. The offset is in seconds east of Greenwich.
    package static func formatLocal(_ epochSeconds: Int, offset: Int) -> [UInt8] {
        let time = CivilTime(epochSeconds: epochSeconds + offset)
        var text: [UInt8] = []
        text.reserveCapacity(26)
        append(time.day, digits: 2, to: &text)
        text.append(UInt8(ascii: "/"))
        text += CivilTime.monthNames[time.month - 1]
        text.append(UInt8(ascii: "/"))
        append(time.year, digits: 4, to: &text)
        text.append(UInt8(ascii: ":"))
        appendClock(time, to: &text)
        text.append(32)
        appendOffset(offset, separator: false, to: &text)
        return text
    }

    /// `2026-11-23T15:00:00+01:00`, nginx's `$time_iso8601`.
    package static func formatISO8601(_ epochSeconds: Int, offset: Int) -> [UInt8] {
        let time = CivilTime(epochSeconds: epochSeconds + offset)
        var text: [UInt8] = []
        text.reserveCapacity(25)
        appendDate(time, separator: UInt8(ascii: "-"), to: &text)
        text.append(UInt8(ascii: "T"))
        appendClock(time, to: &text)
        appendOffset(offset, separator: true, to: &text)
        return text
    }

    /// `2026/11/23 15:00:00`, the start of a line in the error log.
    package static func formatErrorLog(_ epochSeconds: Int, offset: Int) -> [UInt8] {
        let time = CivilTime(epochSeconds: epochSeconds + offset)
        var text: [UInt8] = []
        text.reserveCapacity(19)
        appendDate(time, separator: UInt8(ascii: "/"), to: &text)
        text.append(32)
        appendClock(time, to: &text)
        return text
    }

    private static func appendDate(_ time: CivilTime, separator: UInt8, to text: inout [UInt8]) {
        append(time.year, digits: 4, to: &text)
        text.append(separator)
        append(time.month, digits: 2, to: &text)
        text.append(separator)
        append(time.day, digits: 2, to: &text)
    }

    private static func appendClock(_ time: CivilTime, to text: inout [UInt8]) {
        append(time.hour, digits: 2, to: &text)
        text.append(UInt8(ascii: ":"))
        append(time.minute, digits: 2, to: &text)
        text.append(UInt8(ascii: ":"))
        append(time.second, digits: 2, to: &text)
    }

    private static func appendOffset(_ offset: Int, separator: Bool, to text: inout [UInt8]) {
        let minutes = abs(offset) / 60
        text.append(offset < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
        append(minutes / 60, digits: 2, to: &text)
        if separator { text.append(UInt8(ascii: ":")) }
        append(minutes % 60, digits: 2, to: &text)
    }

    private static func append(_ number: Int, digits: Int, to text: inout [UInt8]) {
        var divisor = 1
        for _ in 1..<digits { divisor *= 10 }
        while divisor > 0 {
            text.append(UInt8(truncatingIfNeeded: number / divisor % 10) &+ 48)
            divisor /= 10
        }
    }
}
