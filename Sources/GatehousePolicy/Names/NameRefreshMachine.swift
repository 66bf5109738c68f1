import GatehouseWire

/// Decides what becomes of the peers of one `server NAME resolve` line when name servers have answered, and when to ask them next.
///
/// As nginx from 1.27.3 on: addresses that stay keep their peers, others come and go, and a name that does not exist has no peers. A lookup
/// that fails changes nothing and is repeated, at first after a second. Knows no socket and no pool: `NameRefresher` performs what it returns.
package struct NameRefreshMachine: Sendable {
    package typealias Instant = MonotonicInstant

    package struct Rules: Equatable, Sendable {
        /// `weight=` of the line; the weights of SRV records count where it is 1.
        package var weight: Int
        /// The line says `backup`.
        package var isBackup: Bool
        /// Whether SRV records of lower priority become backups; they are left out where the balancing method has none, and for a line
        /// that is backup itself.
        package var allowsBackup: Bool
        /// After so long a name that does not exist is asked for again, where the answer does not say (`valid=`).
        package var negativeLifetime: Duration
        /// Failed lookups are repeated after a second, then after twice as long each time, up to this.
        package var longestPause: Duration

        package init(
            weight: Int = 1, isBackup: Bool = false, allowsBackup: Bool = true, negativeLifetime: Duration? = nil,
            longestPause: Duration = .seconds(30)
        ) {
            self.weight = weight
            self.isBackup = isBackup
            self.allowsBackup = allowsBackup
            self.negativeLifetime = negativeLifetime ?? .seconds(10)
            self.longestPause = max(longestPause, NameRefreshMachine.shortestPause)
        }
    }

    /// What has to be done to the peers of the pool.
    package struct Change: Equatable, Sendable {
        package var removed: [PeerNumber] = []
        package var added: [Entry] = []
        package var isEmpty: Bool { removed.isEmpty && added.isEmpty }
    }

    /// One peer of the line.
    package struct Entry: Equatable, Sendable {
        package let number: PeerNumber
        package let peer: NamedPeer
    }

    /// Names one peer of the line; never used again for another one.
    package struct PeerNumber: Hashable, Sendable, Comparable {
        package let value: Int
        package static func < (left: PeerNumber, right: PeerNumber) -> Bool { left.value < right.value }
    }

    /// No name is asked for more often, whatever its answers say.
    package static let shortestPause = Duration.seconds(1)
    /// Peers that one line may have: more addresses are not taken.
    package static let mostPeers = 1024

    private let rules: Rules
    /// In the order in which they were added.
    package private(set) var peers: [Entry] = []
    /// When to ask. The past: at once.
    package private(set) var due: Instant
    private var nextNumber = 0
    private var failuresInRow = 0

    /// - Parameters:
    ///   - known: what the generation before knew; numbered from 0 on.
    ///   - due: until when that holds; nil asks at once.
    package init(_ rules: Rules, known: [NamedPeer] = [], due: Instant? = nil) {
        self.rules = rules
        self.due = due ?? .origin
        for peer in known.prefix(Self.mostPeers) { _ = add(peer) }
    }

    /// The name servers were asked. What they said of the peers is done at once; `due` tells when to ask again.
    package mutating func answered(_ answer: NameAnswer, now: Instant) -> Change {
        switch answer {
        case .addresses(let addresses, let until):
            return accept(addresses.map { NamedPeer(address: $0, weight: rules.weight, isBackup: rules.isBackup) }, until: until, now: now)
        case .services(let services, let until):
            let isComplete = services.allSatisfy { $0.addresses != .failed }
            let wanted = wanted(services)
            if isComplete { return accept(wanted, until: until, now: now) }
            // What is missing is worth asking sooner than what is known.
            due = min(max(until, now + Self.shortestPause), now + nextPause())
            return replace(with: wanted.prefix(Self.mostPeers))
        case .none(let until):
            return accept([], until: until ?? now + rules.negativeLifetime, now: now)
        case .failed:
            due = now + nextPause()
            return Change()
        }
    }

    private mutating func accept(_ wanted: [NamedPeer], until: Instant, now: Instant) -> Change {
        failuresInRow = 0
        due = max(until, now + Self.shortestPause)
        return replace(with: wanted.prefix(Self.mostPeers))
    }

    private mutating func nextPause() -> Duration {
        defer { failuresInRow += 1 }
        return min(Self.shortestPause * (1 << min(failuresInRow, 20)), rules.longestPause)
    }

    // MARK: Peers

    /// Keeps a peer for each wanted one that is there already; an address may be wanted more than once.
    private mutating func replace(with wanted: ArraySlice<NamedPeer>) -> Change {
        var missing: [NamedPeer: Int] = [:]
        for peer in wanted { missing[peer, default: 0] += 1 }
        var change = Change()
        peers.removeAll { entry in
            if let count = missing[entry.peer], count > 0 {
                missing[entry.peer] = count - 1
                return false
            }
            change.removed.append(entry.number)
            return true
        }
        for peer in wanted {
            guard let count = missing[peer], count > 0 else { continue }
            missing[peer] = count - 1
            change.added.append(add(peer))
        }
        return change
    }

    private mutating func add(_ peer: NamedPeer) -> Entry {
        let entry = Entry(number: PeerNumber(value: nextNumber), peer: peer)
        nextNumber += 1
        peers.append(entry)
        return entry
    }

    // MARK: Services

    /// The peers that SRV records mean: those of the lowest priority number are primary, the others backups. A target whose own lookup has
    /// failed keeps the addresses it had.
    private func wanted(_ services: [NameAnswer.Service]) -> [NamedPeer] {
        let usable = services.map { (service: $0, addresses: addresses(of: $0)) }.filter { !$0.addresses.isEmpty }
        guard let first = usable.map(\.service.priority).min() else { return [] }
        var wanted: [NamedPeer] = []
        for (service, addresses) in usable.sorted(by: { $0.service.priority < $1.service.priority }) {
            let isLater = service.priority != first
            if isLater && (!rules.allowsBackup || rules.isBackup) { break }
            let weight = rules.weight != 1 ? rules.weight : max(1, Int(service.weight))
            wanted += addresses.map {
                NamedPeer(address: $0, port: service.port, server: service.target, weight: weight, isBackup: isLater || rules.isBackup)
            }
        }
        return wanted
    }

    private func addresses(of service: NameAnswer.Service) -> [IPAddress] {
        switch service.addresses {
        case .found(let addresses): return addresses
        case .none: return []
        case .failed:
            var seen: Set<IPAddress> = []
            return peers.map(\.peer).filter { $0.server == service.target && $0.port == service.port }.map(\.address)
                .filter { seen.insert($0).inserted }
        }
    }
}
