import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime

/// What a group knows of the names among its `server` lines.
final class GroupNames: Sendable {
    /// What the lookups of this generation have brought so far.
    let known = KnownNames()
    /// By line: what the generation before knew, of which this one's first peers were made.
    let inherited: [Int: KnownNames.Answer]
    /// Lines whose names are to be looked up: those of the configuration, then those that are added. For one reader, the upkeep.
    let lines: AsyncStream<Int>
    private let newLine: AsyncStream<Int>.Continuation
    private let unanswered: Lock<Set<Int>>

    /// - Parameter lines: those that stand for a name.
    init(_ lines: [Int], inherited: [Int: KnownNames.Answer] = [:]) {
        self.inherited = inherited
        (self.lines, newLine) = AsyncStream<Int>.makeStream()
        unanswered = Lock(Set(lines.filter { inherited[$0] == nil }))
        for line in lines { newLine.yield(line) }
    }

    /// Whether a name of the configuration was never asked for: the group may have peers that nobody knows yet.
    var areAwaited: Bool { unanswered.withLock { !$0.isEmpty } }

    func add(_ line: Int) { newLine.yield(line) }

    /// A line's name was asked for. True for the last of those that were awaited.
    func answered(_ line: Int) -> Bool { unanswered.withLock { $0.remove(line) != nil && $0.isEmpty } }
}

extension KnownNames.Key {
    /// Nil for a line without a name that is looked up.
    init?(_ settings: UpstreamServerSettings) {
        guard let name = settings.nameToResolve else { return nil }
        self.init(name: name, service: settings.service)
    }
}
