import GatehouseWire

/// What `least_time` knows of one peer: averages of its times, and how long the requests it has now have waited. All in milliseconds,
/// as nginx keeps them.
struct PeerTimes: Sendable, Equatable {
    /// To the head of a response.
    private(set) var header = 0
    /// To the last byte.
    private(set) var response = 0
    /// Of the requests that are under way.
    private(set) var inflight = 0
    private var waiting = 0
    /// What those waiting had waited together when their number last changed.
    private var waited = 0
    private var changed = MonotonicInstant.origin

    /// A moving average of which each new value is a twentieth, rounded.
    private static func average(_ old: Int, _ value: Int) -> Int {
        old == 0 ? value : Int(0.5 + (Double(value) * 0.05 + Double(old) * 0.95))
    }

    mutating func headerTook(_ time: Duration) { header = Self.average(header, time.wholeMilliseconds) }

    mutating func responseTook(_ time: Duration) { response = Self.average(response, time.wholeMilliseconds) }

    mutating func requestBegan(now: MonotonicInstant) {
        if waiting > 0 { waited += (now - changed).wholeMilliseconds * waiting }
        changed = now
        waiting += 1
    }

    /// - Parameter time: how long this request was waited for.
    mutating func requestEnded(after time: Duration, now: MonotonicInstant) {
        if waiting <= 1 {
            (waiting, waited) = (0, 0)
            return
        }
        waited = max(0, waited + (now - changed).wholeMilliseconds * waiting - time.wholeMilliseconds)
        changed = now
        waiting -= 1
    }

    /// A choice looks at the peer: what those under way have waited on average goes into the average.
    mutating func observeInflight(now: MonotonicInstant) {
        guard waiting > 0 else { return }
        inflight = Self.average(inflight, waited / waiting + (now - changed).wholeMilliseconds)
    }

    /// Above this all peers are equally bad, and the fewest connections decide.
    private static var worst: Int { 5000 }

    func average(_ mode: BalancingMethod.LeastTimeMode) -> Int {
        switch mode {
        case .header: header
        case .lastByte: response
        }
    }

    /// The time one request may take, in steps of 20 so that peers close to each other take turns.
    /// - Parameter idleHalvings: how often the average is halved because the peer was not asked for so long.
    func estimate(_ mode: BalancingMethod.LeastTimeMode, idleHalvings: Int) -> Int {
        let halved = average(mode) >> idleHalvings
        let time = waiting > 0 ? max(halved, inflight) : halved
        return time > Self.worst ? Self.worst : time + 20 - time % 20
    }
}

extension Duration {
    fileprivate var wholeMilliseconds: Int { Int(wholeNanoseconds / 1_000_000) }
}
