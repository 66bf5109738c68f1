import GatehousePolicy
import GatehouseWire
import Testing

/// 100,000 choices by each method, counted: what each peer gets lies within one percent of what its weight promises.
@Suite struct DistributionTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let method: BalancingMethod
        let weights: [Int]
        /// Requests under way at once: what a method that compares peers compares.
        let underWay: Int

        init(_ method: BalancingMethod, _ weights: [Int], underWay: Int = 1) {
            self.method = method
            self.weights = weights
            self.underWay = underWay
        }

        var testDescription: String { "\(method) over \(weights) with \(underWay) under way" }
    }

    private static let uneven = [7, 3, 1, 11, 2]
    /// So heavy that chance, and the gaps of the ring, stay within the percent.
    private static let pair = [2, 3]

    static let cases: [Case] = [
        Case(.roundRobin, uneven), Case(.leastConnections, uneven), Case(.leastConnections, uneven, underWay: 2400),
        Case(.leastTime(.header(inflight: false)), uneven, underWay: 2400),
        Case(.leastTime(.lastByte(inflight: true)), uneven, underWay: 2400),
        Case(.ipHash, pair), Case(.hash(consistent: false), pair), Case(.hash(consistent: true), [200, 300]),
        Case(.random(two: .off), pair),
        Case(.random(two: .leastConnections), uneven, underWay: 2400),
        Case(.random(two: .leastTime(.header(inflight: false))), uneven, underWay: 2400),
    ]

    @Test(arguments: cases) func `shares over 100000 requests are within one percent of the weights`(_ distribution: Case) {
        let specs = distribution.weights.enumerated().map { PeerSpec(name: "10.0.0.\($0):80", weight: $1) }
        var pool = PoolMachine(peers: specs, method: distribution.method)
        var random = SeededGenerator(seed: 1)
        var held: [PeerID] = []
        var counts = [Int](repeating: 0, count: specs.count)
        for number in 0..<100_000 {
            if number >= distribution.underWay { pool.released(held[number - distribution.underWay], LeaseReport(.succeeded), now: start) }
            let key = [UInt8(number >> 16), UInt8(number >> 8 & 255), UInt8(number & 255)]
            guard case .use(let peer) = pool.lease(excluding: PeerSet(), now: start, key: key, using: &random) else { continue }
            held.append(peer)
            counts[peer.index] += 1
        }
        let total = distribution.weights.reduce(0, +)
        for (count, weight) in zip(counts, distribution.weights) {
            let expected = 100_000 * Double(weight) / Double(total)
            #expect(abs(Double(count) - expected) <= expected * 0.01, "\(counts)")
        }
    }
}
