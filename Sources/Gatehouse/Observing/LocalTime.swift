/// A moment in local time, broken down; only what log lines print.
package struct LocalTime: Sendable, Equatable {
    package var year: Int
    /// 1 to 12.
    package var month: Int
    package var day: Int
    package var hour: Int
    package var minute: Int
    package var second: Int
    /// Seconds east of Greenwich.
    package var offset: Int

    package init(year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int, offset: Int) {
        self.year = year
        self.month = month
        self.day = day
        self.hour = hour
        self.minute = minute
        self.second = second
        self.offset = offset
    }

    /// The local time of a second since 1970, in the time zone of the process.
    package init(epochSecond: Int) {
        self = LogSystem.localTime(epochSecond)
    }

    /// `2026/11/23 15:00:00`, as error logs begin their lines.
    package var errorLogText: String {
        "\(year)/\(two(month))/\(two(day)) \(clockText)"
    }

    /// `Nov 23 15:00:00`, the time stamp of RFC 3164.
    package var syslogText: String {
        "\(Self.monthNames[month - 1]) \(day < 10 ? " " : "")\(day) \(clockText)"
    }

    private var clockText: String { "\(two(hour)):\(two(minute)):\(two(second))" }

    private func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    static let monthNames = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
}
