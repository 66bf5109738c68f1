/// The ring of `hash KEY consistent`: 160 points for each unit of a server's weight, placed as Cache::Memcached::Fast places
/// them, so that a group shares its keys with clients that use the same scheme.
struct HashRing: Sendable {
    private struct Point: Sendable {
        var hash: UInt32
        /// Index into `servers`.
        var server: Int32
    }

    private var points: [Point] = []
    /// For each server name, the slots of its peers.
    private var servers: [[Int]] = []

    /// Weights are scaled down together where their sum is above this: those of SRV records come from name servers, and each unit is 160 points.
    static let mostWeight = 8192

    init(peers: [PeerSpec]) {
        let shares = Self.shares(of: peers.map(\.weight))
        var known: [String: Int] = [:]
        for (slot, peer) in peers.enumerated() {
            let server = known[peer.name] ?? servers.count
            if server == servers.count {
                known[peer.name] = server
                servers.append([])
            }
            servers[server].append(slot)
            addPoints(of: peer, share: shares[slot], server: Int32(server))
        }
        // Points that collide belong to the server that was configured first.
        points.sort { ($0.hash, $0.server) < ($1.hash, $1.server) }
        var last: UInt32?
        points.removeAll { point in
            defer { last = point.hash }
            return point.hash == last
        }
    }

    /// How many times 160 points each peer gets.
    static func shares(of weights: [Int]) -> [Int] {
        let total = weights.reduce(0) { $0 + max(1, $1) }
        let unit = max(1, (total + mostWeight - 1) / mostWeight)
        return weights.map { max(1, $0 / unit) }
    }

    var isEmpty: Bool { points.isEmpty }

    /// The place of the first point at or after the key's hash; one past the last counts as the first.
    func point(for key: Span<UInt8>) -> Int {
        var checksum = CRC32()
        checksum.update(key)
        let hash = checksum.value
        var low = 0
        var high = points.count
        while low < high {
            let middle = (low + high) / 2
            if points[middle].hash < hash { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The slots of the server at a place, counted round the ring.
    func peers(at place: Int) -> [Int] { servers[Int(points[place % points.count].server)] }

    private mutating func addPoints(of peer: PeerSpec, share: Int, server: Int32) {
        let base = Self.baseHash(of: Array(peer.name.utf8))
        var previous: UInt32 = 0
        for _ in 0..<(share * 160) {
            var checksum = base
            for shift in [0, 8, 16, 24] as [UInt32] { checksum.update(UInt8(truncatingIfNeeded: previous >> shift)) }
            previous = checksum.value
            points.append(Point(hash: previous, server: server))
        }
    }

    /// The hash of host, NUL and port.
    private static func baseHash(of name: [UInt8]) -> CRC32 {
        var checksum = CRC32()
        let isUnix = name.count >= 5 && name[..<5].elementsEqual("unix:".utf8) { $0 | 0x20 == $1 | 0x20 }
        let host = isUnix ? name[5...] : name[...]
        let digits = host.reversed().prefix { $0 >= 0x30 && $0 <= 0x39 }.count
        let colon = host.endIndex - digits - 1
        let hasPort = !isUnix && colon >= host.startIndex && host[colon] == UInt8(ascii: ":")
        for byte in hasPort ? host[..<colon] : host { checksum.update(byte) }
        checksum.update(0)
        if hasPort { for byte in host[(colon + 1)...] { checksum.update(byte) } }
        return checksum
    }
}
