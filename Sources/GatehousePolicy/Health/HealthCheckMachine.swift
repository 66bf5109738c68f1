import GatehouseWire

/// Decides when the peers of a group are probed, and what the results say of them. Owns the results of all checks of the group; knows
/// nothing of sockets, and nothing of what a probe sends.
///
/// Several checks may be configured for one group: a peer is unhealthy when one of them says so, and healthy when all do. Probes are
/// spread over the interval, each peer at its own part of it, and a peer never has two at once, whatever check they belong to.
package struct HealthCheckMachine: Sendable {
    /// A peer under check; not to be mixed up with an earlier one at the same place.
    package struct MemberID: Sendable, Hashable {
        let number: UInt64
    }

    /// One probe that has been ordered and has not come back.
    package struct Probe: Sendable, Hashable {
        package let member: MemberID
        /// Which of the group's checks.
        package let check: Int
    }

    package enum Order: Equatable, Sendable {
        case probe(Probe)
        /// Nothing is due before this time; `distantFuture` while a probe is under way.
        case wait(until: MonotonicInstant)
        /// The peer has left the group.
        case stop
    }

    package struct Transition: Equatable, Sendable {
        package var peer: PeerID
        package var from: PeerHealth
        package var to: PeerHealth
        /// For the log.
        package var reason: String

        package init(peer: PeerID, from: PeerHealth, to: PeerHealth, reason: String) {
            self.peer = peer
            self.from = from
            self.to = to
            self.reason = reason
        }
    }

    private struct Member: Sendable {
        let peer: PeerID
        var tracks: [HealthCheckTrack]
        var isProbed = false

        var health: PeerHealth { .combined(tracks.map(\.health)) }
    }

    package let checks: [HealthCheckRules]
    private var members: [MemberID: Member] = [:]
    /// Members there have ever been.
    private var count: UInt64 = 0

    package init(checks: [HealthCheckRules]) { self.checks = checks }

    /// What to do about a peer now. A probe that is returned is under way until it passed, failed or was abandoned.
    package mutating func nextProbe(
        of id: MemberID, now: MonotonicInstant, using generator: inout some RandomNumberGenerator
    ) -> Order {
        guard let member = members[id] else { return .stop }
        guard !member.isProbed, let check = member.tracks.indices.min(by: { member.tracks[$0].due < member.tracks[$1].due }) else {
            return .wait(until: .distantFuture)
        }
        guard member.tracks[check].due <= now else { return .wait(until: member.tracks[check].due) }
        members[id]?.isProbed = true
        members[id]?.tracks[check].started(checks[check], chance: generator.next(), now: now)
        return .probe(Probe(member: id, check: check))
    }

    package mutating func probePassed(_ probe: Probe) -> Transition? {
        ended(probe) { track, rules in
            track.passed(rules).map { $0 == 1 ? "a health check passed" : "\($0) health checks in a row passed" }
        }
    }

    package mutating func probeFailed(_ probe: Probe, reason: String) -> Transition? {
        ended(probe) { track, rules in
            track.failed(rules).map { $0 == 1 ? reason : "\($0) health checks in a row failed, the last: \(reason)" }
        }
    }

    /// The probe came to nothing (the process stops, or is short of descriptors): nothing is held against the peer.
    package mutating func probeAbandoned(_ probe: Probe) { members[probe.member]?.isProbed = false }

    private mutating func ended(
        _ probe: Probe, count: (inout HealthCheckTrack, HealthCheckRules) -> String?
    ) -> Transition? {
        guard var member = members[probe.member] else { return nil }
        let before = member.health
        member.isProbed = false
        let reason = count(&member.tracks[probe.check], checks[probe.check])
        members[probe.member] = member
        guard let reason, before != member.health else { return nil }
        return Transition(peer: member.peer, from: before, to: member.health, reason: reason)
    }
}

// MARK: - Membership

extension HealthCheckMachine {
    /// - Parameter known: what was known of the peer before a reload.
    package mutating func peerAdded(
        _ peer: PeerID, known: PeerHealth? = nil, now: MonotonicInstant, using generator: inout some RandomNumberGenerator
    ) -> MemberID {
        // Steps of the golden section keep any number of peers about evenly spread, whoever comes and goes.
        let phase = count &* 0x9E37_79B9_7F4A_7C15
        count += 1
        let tracks = checks.map { rules in
            HealthCheckTrack(rules, known: known, phase: phase, chance: generator.next(), now: now)
        }
        let id = MemberID(number: count)
        members[id] = Member(peer: peer, tracks: tracks)
        return id
    }

    /// A probe of it that is under way changes nothing any more.
    package mutating func peerRemoved(_ id: MemberID) { members[id] = nil }

    package func health(of id: MemberID) -> PeerHealth { members[id]?.health ?? .unchecked }
}
