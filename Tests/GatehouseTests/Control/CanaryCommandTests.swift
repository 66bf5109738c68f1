import GatehouseConfig
import GatehouseRuntime
import GatehouseWire
import Testing

@testable import Gatehouse

@Suite struct CanaryCommandTests {
    private static let http = """
        upstream a { server 127.0.0.1:1; }
        upstream b { server 127.0.0.1:2; }
        canary shop { baseline a; canary b; steps 5% 1h, 20% 1h, 100%; latency off; }
        """

    /// Gives commands to a running server, one after the other.
    private func answers(_ commands: [String]) async throws -> [String] {
        var answers: [String] = []
        try await ServerUnderTest.run("location / { proxy_pass http://shop; }", http: Self.http, main: "control unix:DIR/c.sock;") {
            server in
            let loop = try EventLoop.start(name: "client", index: 0)
            defer { loop.stop() }
            for command in commands {
                let words = command.split(separator: " ").map(String.init)
                let path = server.directory.path("c.sock")
                let result = await withTaskGroup(of: Result<String, ControlFailure>.self) { group in
                    group.addTask(executorPreference: loop) { await ControlClient.ask(words, at: path, on: loop) }
                    return await group.next() ?? .failure(ControlFailure("none"))
                }
                switch result {
                case .success(let text): answers.append(text)
                case .failure(let failure): answers.append("failed: \(failure)")
                }
            }
        }
        return answers
    }

    @Test func `people lead a rollout on, hold it and end it`() async throws {
        let answers = try await answers(
            [
                "canary promote shop", "canary hold shop", "canary status", "canary promote shop all", "canary rollback shop",
                "canary promote shop",
            ])
        let beginnings = [
            "advanced 5% -> 20%: as told; errors: canary 0 of 0 (0%)", "held 20% -> 20%: as told", "shop: holding at 20%, step 2 of 3\n",
            "promoted 20% -> 100%: as told", "rolled_back 100% -> 0%: as told", "started 0% -> 5%: as told",
        ]
        #expect(answers.count == beginnings.count)
        for (answer, beginning) in zip(answers, beginnings) { #expect(answer.hasPrefix(beginning)) }
    }

    @Test func `what cannot be done is answered with the reason`() async throws {
        let answers = try await answers(
            [
                "canary rollback shop", "canary rollback shop", "canary hold nobody", "canary", "canary promote shop twice",
                "upstream show shop",
            ])
        #expect(answers[1] == "failed: canary \"shop\" is rolled_back at 0%, there is nothing to rollback")
        #expect(answers[2] == "failed: no canary \"nobody\"")
        #expect(answers[3].hasPrefix("failed: use: canary status [NAME]"))
        #expect(answers[4].hasPrefix("failed: use: canary status [NAME]"))
        #expect(answers[5] == "failed: no upstream \"shop\"")
    }
}
