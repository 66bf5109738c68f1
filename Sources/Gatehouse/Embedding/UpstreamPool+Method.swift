import GatehousePolicy

extension UpstreamPool {
    /// How a group chooses among its servers: nginx's methods, with its distribution.
    public struct Method: Sendable, Equatable {
        /// By which time `leastTime` goes.
        public enum Time: Sendable {
            /// Until ``UpstreamPool/Lease/responseBegan(status:)`` was called.
            case header
            /// Until the body of `withUpstream` returned.
            case lastByte
        }

        let balancing: BalancingMethod

        /// In turn, by weight.
        public static let roundRobin = Method(balancing: .roundRobin)
        /// `least_conn`: the server with the fewest requests under way for its weight.
        public static let leastConnections = Method(balancing: .leastConnections)
        /// `ip_hash`: by the network of the address that is the key. A key that is no address counts as one unknown client.
        public static let ipHash = Method(balancing: .ipHash)
        /// `hash`: by the key; most keys move when a server comes or goes.
        public static let hash = Method(balancing: .hash(consistent: false))
        /// `hash … consistent`: by the key on a ketama ring; few keys move when a server comes or goes.
        public static let consistentHash = Method(balancing: .hash(consistent: true))
        /// `random`: by chance and weight.
        public static let random = Method(balancing: .random(two: .off))
        /// `random two`: two by chance, and of these the one with fewer requests under way.
        public static let randomOfTwo = Method(balancing: .random(two: .leastConnections))

        /// `least_time`: the server that is likely to be through with what it has first.
        /// - Parameter inflight: how long the requests under way have waited counts too. Each choice then looks at every server.
        public static func leastTime(_ time: Time, inflight: Bool = false) -> Method {
            Method(balancing: .leastTime(mode(time, inflight)))
        }

        /// `random two least_time`: two by chance, and of these the one that is likely to be through first.
        public static func randomOfTwo(leastTime time: Time) -> Method { Method(balancing: .random(two: .leastTime(mode(time, false)))) }

        private static func mode(_ time: Time, _ inflight: Bool) -> BalancingMethod.LeastTimeMode {
            switch time {
            case .header: .header(inflight: inflight)
            case .lastByte: .lastByte(inflight: inflight)
            }
        }
    }
}
