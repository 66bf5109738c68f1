import Gatehouse
import GatehouseTestKit
import Testing

@Suite struct EventLoopHostingTests {
    @Test func `pinned tasks use a group on their loop`() async throws {
        let loop = try EventLoop.start(name: "host")
        defer { loop.shutDown() }
        let pool = UpstreamPool(servers: ["a", "b"], method: .leastConnections)
        await withDiscardingTaskGroup { group in
            for _ in 0..<8 {
                group.addTask(executorPreference: loop) {
                    for _ in 0..<20 { _ = try? await pool.withUpstream { _ in await Task.yield() } }
                }
            }
        }
        let status = await pool.status
        #expect(status.map(\.requests).reduce(0, +) == 160)
        #expect(status.map(\.active) == [0, 0])
    }
}
