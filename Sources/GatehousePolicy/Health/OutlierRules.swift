/// `outlier_ejection`: when a peer that is worse than the rest of its group is left out for a while.
package struct OutlierRules: Sendable, Equatable {
    /// Share of failed requests from which a peer is ejected, in percent, if it is also twice that of the other peers; 0 looks at no
    /// errors.
    package var errors: Int
    /// How many times the group's median response time a peer's has to be, in percent; 0 looks at no times.
    package var slow: Int
    /// Requests within `window` without which nothing is concluded.
    package var minimum: Int
    /// Share of the peers that may be out at once, in percent. One always may, all never.
    package var mostEjected: Int
    /// What counts is this long ago at most.
    package var window: Duration
    /// The first ejection; each further one is twice as long, up to ten times this.
    package var time: Duration

    package init(
        errors: Int = 50, slow: Int = 0, minimum: Int = 20, mostEjected: Int = 30, window: Duration = .seconds(10),
        time: Duration = .seconds(30)
    ) {
        self.errors = errors
        self.slow = slow
        self.minimum = minimum
        self.mostEjected = mostEjected
        self.window = window
        self.time = time
    }

    /// How many of `count` peers may be out at once.
    package func mostEjected(of count: Int) -> Int { max(0, min(count - 1, max(1, count * mostEjected / 100))) }

    /// The length of a peer's `strike`-th ejection in a row, counted from 1.
    func time(of strike: Int) -> Duration { min(time * 10, time * (1 << min(strike - 1, 4))) }
}
