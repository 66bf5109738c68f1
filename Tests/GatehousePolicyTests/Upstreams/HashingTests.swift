import GatehousePolicy
import GatehouseWire
import Testing

/// The expected letters were recorded from nginx 1.22 with the same groups and keys.
@Suite struct HashingTests {
    static func group(_ weightAndDown: [(Int, Bool)]) -> [PeerSpec] {
        weightAndDown.enumerated().map {
            PeerSpec(name: "127.0.0.1:1880\($0 + 1)", weight: $1.0, isDown: $1.1)
        }
    }

    static let whole = group([(3, false), (1, false), (2, false), (1, false)])
    static let partly = group([(3, false), (1, false), (2, true), (1, false)])

    func letters(_ peers: [PeerSpec], _ method: BalancingMethod, _ keys: [[UInt8]]) -> String {
        var pool = PoolMachine(peers: peers, method: method)
        return String(
            keys.map { key in
                guard case .use(let peer) = pool.lease(excluding: PeerSet(), now: start, key: key) else { return "-" }
                return Character(UnicodeScalar(UInt8(97 + peer.index)))
            })
    }

    @Test(arguments: [
        (whole, BalancingMethod.hash(consistent: false), "aabbaccbdcacbcacdadbaacacaabacaacabcccadccccdccacacaacaaadab"),
        (partly, .hash(consistent: false), "aabbababdbabbaaadadbaaaaaaabadaaaababaadbbaaddaabaaaaaaaadab"),
        (whole, .hash(consistent: true), "cccadadbdaaaaaadaaacaabbaccaadccaabccacabbadbccabacccdaaacca"),
        (partly, .hash(consistent: true), "dbbadadbdaaaaaadaaabaabbaaaaadadaabadadabbadbaaabababdaaaada"),
    ])
    func `keys go where nginx sends them`(peers: [PeerSpec], method: BalancingMethod, expected: String) {
        #expect(letters(peers, method, (0..<60).map { Array("key\($0)".utf8) }) == expected)
    }

    @Test func `IPv4 clients go where nginx sends them`() {
        let clients = (0..<30).map { "\(10 + $0 * 7 % 200).\($0 * 31 % 256).\($0 * 5 % 256).\($0)" }
        let keys = clients.map { BalancingMethod.addressKey(IPAddress($0)) }
        #expect(letters(Self.whole, .ipHash, keys) == "bcaabcaabccaacdaabcdabcdaabcab")
    }

    @Test func `IPv6 clients go where nginx sends them`() {
        let clients = (0..<30).map { "2001:db8:" + String($0, radix: 16) + "::" + String($0 * 77, radix: 16) }
        let keys = clients.map { BalancingMethod.addressKey(IPAddress($0)) }
        #expect(letters(Self.whole, .ipHash, keys) == "adbaacabaccadbcacdbaacadacaadb")
    }

    @Test func `a peer that leaves the ring takes only its own keys along`() {
        let moved = zip(
            letters(Self.whole, .hash(consistent: true), (0..<500).map { Array("\($0)".utf8) }),
            letters(Self.partly, .hash(consistent: true), (0..<500).map { Array("\($0)".utf8) })
        ).filter { $0 != $1 }
        #expect(moved.allSatisfy { $0.0 == "c" })
        #expect(!moved.isEmpty)
    }

    @Test(arguments: [BalancingMethod.hash(consistent: true), .hash(consistent: false), .ipHash])
    func `a retry goes to another peer until all were tried`(method: BalancingMethod) {
        var pool = PoolMachine(peers: Self.whole, method: method)
        var tried = PeerSet()
        for _ in 0..<4 {
            let result = pool.lease(excluding: tried, now: start, key: Array("abc".utf8))
            guard case .use(let peer) = result, !tried.contains(peer) else {
                Issue.record("\(result)")
                return
            }
            tried.insert(peer)
        }
        #expect(pool.lease(excluding: tried, now: start, key: Array("abc".utf8)) == .noneLive)
    }

    @Test(arguments: [BalancingMethod.hash(consistent: true), .hash(consistent: false)])
    func `without a key, round robin decides`(method: BalancingMethod) {
        #expect(letters(Self.whole, method, [[], [], [], []]) == "acba")
    }

    @Test func `the better of two keeps the load even`() {
        var one = PoolMachine(peers: weights(1, 1, 1, 1, 1, 1, 1, 1), method: .random(two: .off))
        var two = PoolMachine(peers: weights(1, 1, 1, 1, 1, 1, 1, 1), method: .random(two: .leastConnections))
        var random = SeededGenerator(seed: 3)
        for _ in 0..<8000 {
            _ = one.lease(excluding: PeerSet(), now: start, using: &random)
            _ = two.lease(excluding: PeerSet(), now: start, using: &random)
        }
        func spread(_ pool: PoolMachine) -> Int {
            let active = pool.snapshots(now: start).map(\.active)
            return (active.max() ?? 0) - (active.min() ?? 0)
        }
        #expect(spread(two) < 10)
        #expect(spread(one) > 20)
    }

    @Test func `the checksum is CRC-32`() {
        var checksum = CRC32()
        checksum.update(Array("123456789".utf8).span)
        #expect(checksum.value == 0xcbf4_3926)
    }
}
