import GatehousePolicy

extension UpstreamPool {
    /// A server is in another state than before.
    public struct Change: Sendable, Equatable {
        /// The server's name, as it was given to the group.
        public let name: String
        /// What it was fit for before.
        public let from: State
        /// What it is fit for now.
        public let to: State
        /// Why, for a log.
        public let reason: String

        /// A change, as a test expects it.
        public init(_ name: String, from: State, to: State, reason: String) {
            self.name = name
            self.from = from
            self.to = to
            self.reason = reason
        }

        init(_ name: String, _ change: PeerChange) {
            self.init(name, from: State(change.from), to: State(change.to), reason: change.reason)
        }
    }

    /// Every change of a server's state from now on. Each reader gets them all; one that does not read keeps the last 256. Ends with the
    /// group.
    public nonisolated var changes: some AsyncSequence<Change, Never> & Sendable { feed.read() }
}
