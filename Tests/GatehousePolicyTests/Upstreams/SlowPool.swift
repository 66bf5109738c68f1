import GatehousePolicy
import GatehouseWire

/// The rules of nginx's round robin and least_conn once more, slow and obvious: nothing is kept but numbers, every choice looks at
/// every peer, and every chance is written down.
struct SlowPool {
    struct Peer {
        var spec: PeerSpec
        var current = 0.0
        var effective: Double
        var active = 0
        var fails = 0
        var lastFailure = -1.0e9
        var lastChance = -1.0e9
    }

    var peers: [Peer]
    var isLeastConnections: Bool
    var time = 0.0

    init(_ specs: [PeerSpec], isLeastConnections: Bool) {
        peers = specs.map { Peer(spec: $0, effective: Double($0.weight)) }
        self.isLeastConnections = isLeastConnections
    }

    var isSingle: Bool { peers.count == 1 && !peers[0].spec.isBackup }

    func seconds(_ duration: Duration) -> Double { duration / .seconds(1) }

    func mayServe(_ index: Int, _ tried: Set<Int>) -> Bool {
        let peer = peers[index]
        let isFull = peer.spec.maxConnections > 0 && peer.active >= peer.spec.maxConnections
        if isSingle { return !peer.spec.isDown && !isFull }
        let isResting =
            peer.spec.maxFails > 0 && peer.fails >= peer.spec.maxFails
            && time - peer.lastChance <= seconds(peer.spec.failTimeout)
        return !tried.contains(index) && !peer.spec.isDown && !isFull && !isResting
    }

    mutating func lease(_ tried: Set<Int>) -> Int? {
        let hasUsedBackup = tried.contains { peers[$0].spec.isBackup }
        for wantsBackup in hasUsedBackup ? [true] : [false, true] {
            let candidates = peers.indices.filter { peers[$0].spec.isBackup == wantsBackup && mayServe($0, tried) }
            if let chosen = choose(candidates) {
                peers[chosen].active += 1
                if time - peers[chosen].lastChance > seconds(peers[chosen].spec.failTimeout) { peers[chosen].lastChance = time }
                return chosen
            }
        }
        return nil
    }

    mutating func choose(_ candidates: [Int]) -> Int? {
        if isSingle || candidates.isEmpty { return candidates.first }
        var contenders = candidates
        if isLeastConnections {
            func load(_ index: Int) -> Double { Double(peers[index].active) / Double(peers[index].spec.weight) }
            let least = candidates.map(load).min() ?? 0
            contenders = candidates.filter { load($0) == least }
            if contenders.count == 1 { return contenders[0] }
        }
        let total = contenders.reduce(0) { $0 + peers[$1].effective }
        for index in contenders {
            peers[index].current += peers[index].effective
            peers[index].effective = min(Double(peers[index].spec.weight), peers[index].effective + 1)
        }
        let most = contenders.map { peers[$0].current }.max()
        guard let chosen = contenders.first(where: { peers[$0].current == most }) else { return nil }
        peers[chosen].current -= total
        return chosen
    }

    mutating func release(_ index: Int, failed: Bool) {
        peers[index].active -= 1
        if isSingle { return }
        if failed {
            peers[index].fails += 1
            peers[index].lastFailure = time
            peers[index].lastChance = time
            let spec = peers[index].spec
            if spec.maxFails > 0 { peers[index].effective = max(0, peers[index].effective - Double(spec.weight / spec.maxFails)) }
        } else if peers[index].lastFailure < peers[index].lastChance {
            peers[index].fails = 0
        }
    }
}
