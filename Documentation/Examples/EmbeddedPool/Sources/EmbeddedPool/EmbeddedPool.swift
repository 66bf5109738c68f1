import Gatehouse

/// Runs the service for three seconds: readers ask, a replica goes away and comes back, another one joins.
@main struct EmbeddedPool {
    static func main() async throws {
        let replicas = MemoryReplicas()
        let pool = UpstreamPool(
            servers: ["replica-1:3000", "replica-2:3000", UpstreamPool.Server("replica-3:3000", weight: 2, failTimeout: .seconds(1))],
            method: .consistentHash)
        let service = ArticleService(pool: pool, replicas: replicas)
        try await withThrowingTaskGroup { group in
            group.addTask { try await service.makeHealthChecker().run() }
            group.addTask {
                for await change in pool.changes { print("\(change.name): \(change.from) to \(change.to): \(change.reason)") }
            }
            try await play(service, replicas)
            group.cancelAll()
        }
        for server in await pool.status { print("\(server.name) \(server.state): \(server.requests) requests, \(server.failures) failed") }
    }

    private static func play(_ service: ArticleService, _ replicas: MemoryReplicas) async throws {
        // A loop of its own: the tasks below run on its thread, and so do their calls of the group.
        let loop = try EventLoop.start(name: "readers")
        defer { loop.shutDown() }
        try await withTaskExecutorPreference(loop) {
            try await read(service, seconds: 1)
            await replicas.setAway("replica-1:3000", true)
            try await read(service, seconds: 1)
            await replicas.setAway("replica-1:3000", false)
            await service.pool.add("replica-4:3000")
            try await read(service, seconds: 1)
        }
    }

    private static func read(_ service: ArticleService, seconds: Int) async throws {
        for number in 0..<seconds * 100 {
            _ = try await service.article(number, reader: "reader \(number % 17)")
            if number % 10 == 0 { await vote(service, number) }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    private static func vote(_ service: ArticleService, _ number: Int) async {
        do {
            try await service.vote(number, reader: "reader \(number % 17)")
        } catch {
            print("a vote was lost: \(error)")
        }
    }
}
