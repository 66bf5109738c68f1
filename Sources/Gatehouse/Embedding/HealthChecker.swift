import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

/// Probes the servers of a group and takes those out of use that don't pass: nginx's `health_check` with a probe of your own.
///
/// Probes of a group are spread over the interval, and a server never has two at once. Servers that join the group are probed too. A group
/// has one checker at a time.
///
/// ```swift
/// let checker = HealthChecker(pool, rules: .init(interval: .seconds(5), fails: 2)) { name in
///     let response = try await client.get("http://\(name)/healthy")
///     guard response.status == 200 else { throw Unhealthy(response.status) }
/// }
/// try await checker.run()
/// ```
public struct HealthChecker: Sendable {
    /// When a server is probed, and what the results mean.
    public struct Rules: Sendable, Equatable {
        /// Time between two probes of a server.
        public var interval: Duration
        /// Each probe is late by a random time up to this.
        public var jitter: Duration
        /// Failures in a row that make a server unhealthy.
        public var fails: Int
        /// Passes in a row that make it healthy again.
        public var passes: Int
        /// A server is not used before its first result.
        public var isMandatory: Bool
        /// A probe that takes longer than this has failed, and is cancelled.
        public var timeout: Duration

        /// Rules; the defaults are those of `health_check`.
        public init(
            interval: Duration = .seconds(5), jitter: Duration = .zero, fails: Int = 1, passes: Int = 1, isMandatory: Bool = false,
            timeout: Duration = .seconds(5)
        ) {
            self.interval = interval
            self.jitter = jitter
            self.fails = fails
            self.passes = passes
            self.isMandatory = isMandatory
            self.timeout = timeout
        }
    }

    private let pool: UpstreamPool
    private let rules: Rules
    private let seed: UInt64
    private let probe: @Sendable (_ name: String) async throws -> Void

    /// A checker that does not run yet.
    /// - Parameters:
    ///   - pool: the group whose servers are probed.
    ///   - rules: when they are probed, and what the results mean.
    ///   - seed: what the times of the probes follow from.
    ///   - probe: asks a server, by its name, whether it is well, and throws when it is not; what it throws is the reason that
    ///     ``UpstreamPool/changes`` shows. Has to end soon when its task is cancelled.
    public init(
        _ pool: UpstreamPool, rules: Rules = Rules(), seed: UInt64 = .random(in: .min ... .max),
        probe: @escaping @Sendable (_ name: String) async throws -> Void
    ) {
        self.pool = pool
        self.rules = rules
        self.seed = seed
        self.probe = probe
    }

    /// Probes until the task is cancelled; then every probe has ended, and another checker may take over. The health of the servers stays
    /// what it was, but for those whose first result was still awaited: they are used.
    /// - Throws: ``AlreadyRunning`` at once while another checker of the group runs, else `CancellationError` at the end.
    public func run() async throws {
        let checks = makeChecks()
        guard await pool.beginChecks(isMandatory: rules.isMandatory, { checks.add($0) }) else { throw AlreadyRunning() }
        await checks.run(pool.clock)
        await pool.endChecks()
        try Task.checkCancellation()
    }

    /// A group has one checker at a time: two would contradict each other about a server's health.
    public struct AlreadyRunning: Error, Sendable, CustomStringConvertible {
        /// What is wrong, and what to do.
        public var description: String {
            "a health checker of this group runs already: end that one first, or let one probe ask for everything"
        }
    }

    private func makeChecks() -> ActiveChecks {
        let check = HealthCheckRules(
            interval: rules.interval, jitter: rules.jitter, fails: max(1, rules.fails), passes: max(1, rules.passes),
            isMandatory: rules.isMandatory)
        return ActiveChecks(
            checks: [check], seed: seed,
            makeProber: { [probe, rules, pool] peer in
                ClosureProber(name: peer.name, timeout: rules.timeout, clock: pool.clock, probe: probe)
            },
            report: { [pool] peer, transition, now in
                await pool.set(peer, transition.to, reason: transition.reason, now: now)
            })
    }
}

/// Runs an embedder's probe, for as long as it may take.
private struct ClosureProber: PeerProber {
    let name: String
    let timeout: Duration
    let clock: UpstreamClock
    let probe: @Sendable (_ name: String) async throws -> Void

    func probe(_ check: Int) async -> ProbeOutcome {
        await withTaskGroup(of: ProbeOutcome.self) { group in
            group.addTask {
                do {
                    try await probe(name)
                    return .passed
                } catch {
                    return Task.isCancelled ? .abandoned : .failed("\(error)")
                }
            }
            group.addTask {
                (try? await clock.sleep(clock.now() + timeout)) == nil ? .abandoned : .failed("timed out")
            }
            let first = await group.next()
            group.cancelAll()
            return first ?? .abandoned
        }
    }

    func close() {}
}
