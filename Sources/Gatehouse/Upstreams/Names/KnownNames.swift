import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

/// What the names of one group stood for when they were last asked for. The next generation begins with it, so that a reload needs no
/// name server.
final class KnownNames: Sendable {
    struct Key: Hashable, Sendable {
        let name: String
        let service: String?
    }

    struct Answer: Sendable {
        var peers: [NamedPeer]
        /// When to ask again.
        var due: MonotonicInstant
    }

    private let answers = Lock<[Key: Answer]>([:])

    subscript(key: Key) -> Answer? {
        get { answers.withLock { $0[key] } }
        set { answers.withLock { $0[key] = newValue } }
    }
}
