/// Decides when a responder is asked about a certificate again, and how long its last answer is used. Times are epoch seconds, as in answers.
struct StapleSchedule: Equatable {
    enum Failure: Equatable {
        /// The last answer still holds, or there is none.
        case goOn
        /// The last answer has ended.
        case unstaple
    }

    /// Between an answer and the next question at least; an answer is renewed so long before it ends. Failures are followed by a second,
    /// then by twice as long each time, up to this.
    static let pause = 300
    /// Answers are renewed after so long at the latest.
    static let longestPause = 3600

    /// When to ask.
    private(set) var due: Int
    private var ends: Int?
    private var failuresInRow = 0

    /// - Parameter ends: when an answer ends that is in use already.
    init(now: Int, ends: Int? = nil) {
        self.ends = ends
        due = ends.map { Self.renewal(of: $0, now: now) } ?? now
    }

    /// - Parameter ends: `nil` where the answer does not say.
    mutating func answered(until ends: Int?, now: Int) {
        self.ends = ends
        failuresInRow = 0
        due = Self.renewal(of: ends ?? .max, now: now)
    }

    mutating func failed(now: Int) -> Failure {
        due = now + min(Self.pause, 1 << min(failuresInRow, 16))
        failuresInRow += 1
        guard let ends, ends <= now else { return .goOn }
        self.ends = nil
        return .unstaple
    }

    private static func renewal(of ends: Int, now: Int) -> Int { max(min(ends - pause, now + longestPause), now + pause) }
}
