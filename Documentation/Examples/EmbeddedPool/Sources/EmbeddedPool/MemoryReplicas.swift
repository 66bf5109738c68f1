/// Three replicas in memory, so that the example runs anywhere: one of them is away for a while.
actor MemoryReplicas: ReplicaClient {
    private var away: Set<String> = []
    private(set) var answers: [String: Int] = [:]

    func setAway(_ name: String, _ isAway: Bool) {
        if isAway { away.insert(name) } else { away.remove(name) }
    }

    func get(_ path: String, from name: String) async throws -> (status: Int, text: String) {
        if away.contains(name) { throw ReplicaError.refused }
        if path != "/healthy" { answers[name, default: 0] += 1 }
        return (200, "\(path) as \(name) has it")
    }
}
