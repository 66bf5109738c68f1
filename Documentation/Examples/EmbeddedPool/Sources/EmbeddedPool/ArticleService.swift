import Gatehouse

/// A service that gets articles from several replicas: it knows what it asks for, and the group knows whom.
struct ArticleService: Sendable {
    let pool: UpstreamPool
    let replicas: any ReplicaClient

    /// An article for a reader. Readers stay with their replica as long as it is well; reading may be done twice.
    func article(_ number: Int, reader: String) async throws -> String {
        try await pool.withUpstream(for: reader, tries: 3) { upstream in
            let response = try await replicas.get("/articles/\(number)", from: upstream.name)
            upstream.responseBegan(status: response.status)
            // An answer, but not a good one: the next replica may have a better one.
            if response.status >= 500 { throw ReplicaError.failed(response.status) }
            return response.text
        }
    }

    /// Counts a reader's vote: never twice, so there is no second try.
    func vote(_ number: Int, reader: String) async throws {
        try await pool.withUpstream(for: reader) { upstream in
            let response = try await replicas.get("/articles/\(number)/vote", from: upstream.name)
            if response.status >= 500 { upstream.fail() }
        }
    }

    /// What keeps the group well, for as long as the service runs.
    func makeHealthChecker() -> HealthChecker {
        HealthChecker(pool, rules: .init(interval: .milliseconds(500), fails: 2, passes: 2, timeout: .milliseconds(200))) { name in
            let response = try await replicas.get("/healthy", from: name)
            if response.status != 200 { throw ReplicaError.failed(response.status) }
        }
    }
}

/// How the service talks to a replica: any client will do.
protocol ReplicaClient: Sendable {
    func get(_ path: String, from name: String) async throws -> (status: Int, text: String)
}

enum ReplicaError: Error {
    case failed(Int)
    case refused
}
