import GatehouseWire

/// Days and hours, in local time.
package struct WeekTimes: Sendable, Equatable {
    /// 0 is Sunday; empty for all.
    package var days: Set<Int> = []
    /// Minutes of the day; a range that begins after its end goes over midnight. Empty for all.
    package var minutes: [(from: Int, to: Int)] = []

    package init() {}

    package static func == (left: WeekTimes, right: WeekTimes) -> Bool {
        left.days == right.days && left.minutes.elementsEqual(right.minutes) { $0 == $1 }
    }

    package func contains(day: Int, minute: Int) -> Bool {
        let isDay = days.isEmpty || days.contains(day)
        let isMinute =
            minutes.isEmpty
            || minutes.contains { $0.from <= $0.to ? ($0.from..<$0.to).contains(minute) : minute >= $0.from || minute < $0.to }
        return isDay && isMinute
    }

    private static let names = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]

    /// Reads `mon-fri,08:00-18:00`; `nil` for what is neither day nor hours.
    package init?(_ text: String) {
        for part in text.lowercased().split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
            guard let first = ends.first, let last = ends.last, ends.count <= 2 else { return nil }
            if let from = Self.names.firstIndex(of: first), let to = Self.names.firstIndex(of: last) {
                for offset in 0...((to - from + 7) % 7) { days.insert((from + offset) % 7) }
            } else if ends.count == 2, let from = Self.minute(first), let to = Self.minute(last) {
                minutes.append((from, to))
            } else {
                return nil
            }
        }
    }

    private static func minute(_ text: String) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 && $0.utf8.allSatisfy(ByteClass.isDigit) }),
            let hour = Int(parts[0]), let minute = Int(parts[1]), minute < 60, hour * 60 + minute <= 1440
        else { return nil }
        return hour * 60 + minute
    }
}
