import Foundation
import Testing

extension EndToEnd {
    /// `reload_canary`: a new configuration that takes a share of the connections first.
    struct ReloadCanaryTests {
        private static func saying(_ answer: String) -> String { "server { listen 127.0.0.1:1; location / { return \(answer); } }" }
        private static let old = saying("200 old")
        private static let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

        /// Connections with what their first request was answered.
        private static func connections(_ count: Int, to proxy: ProxyUnderTest) throws -> [(client: RawSocket, answer: RawMessage)] {
            try (0..<count).map { _ in
                let client = try proxy.connect()
                return (client, try client.ask(get))
            }
        }

        @Test func `new connections are divided and stay where they are, older ones stay with the old`() async throws {
            let (proxy, before) = try await blocking {
                let proxy = try ProxyUnderTest(Self.old)
                return (proxy, try Self.connections(1, to: proxy)[0].client)
            }
            try await proxy.reload(Self.saying("200 new"), main: "reload_canary 50% 1h;")
            try await blocking {
                let all = try Self.connections(60, to: proxy)
                #expect(Set(all.map(\.answer.body)) == ["old", "new"])
                for (client, answer) in all { #expect(try client.ask(Self.get).body == answer.body) }
                #expect(try before.ask(Self.get).body == "old")
                #expect(proxy.errorLog.contains("[notice]") && proxy.errorLog.contains("gets 50% of the new connections for 3600 s"))
            }
        }

        @Test func `one that fails more often is withdrawn, and its connections go on with the old`() async throws {
            let proxy = try await blocking { try ProxyUnderTest(Self.old) }
            try await proxy.reload(Self.saying("503 new"), main: "reload_canary 50% 1h;")
            try await blocking {
                var kept: [RawSocket] = []
                try eventually {
                    kept += try Self.connections(20, to: proxy).filter { $0.answer.status == 503 }.map(\.client)
                    return proxy.errorLog.contains("withdrawn")
                }
                let line = try #require(proxy.errorLog.split(separator: "\n").first { $0.contains("withdrawn") })
                #expect(line.contains("[warn]") && line.contains("it fails more often") && line.contains("(100%), baseline 0 of "))
                try eventually { try Self.connections(20, to: proxy).allSatisfy { $0.answer.body == "old" } }
                for client in kept.prefix(5) { #expect(try client.ask(Self.get).body == "old") }
            }
        }

        @Test func `one that is no worse serves all when its time is over`() async throws {
            let (proxy, before) = try await blocking {
                let proxy = try ProxyUnderTest(Self.old)
                return (proxy, try Self.connections(1, to: proxy)[0].client)
            }
            try await proxy.reload(Self.saying("200 new"), main: "reload_canary 1% 300ms;")
            try await blocking {
                try eventually { try before.ask(Self.get).body == "new" }
                let all = try Self.connections(20, to: proxy)
                #expect(all.allSatisfy { $0.answer.body == "new" })
                #expect(proxy.errorLog.contains("the new configuration was adopted: "))
            }
        }

        @Test func `another reload takes the place of what is on trial`() async throws {
            let proxy = try await blocking { try ProxyUnderTest(Self.old) }
            try await proxy.reload(Self.saying("200 first"), main: "reload_canary 50% 1h;")
            let first = try await blocking {
                try #require(try Self.connections(60, to: proxy).first { $0.answer.body == "first" }).client
            }
            try await proxy.reload(Self.saying("200 second"), main: "reload_canary 50% 1h;")
            try await blocking {
                let bodies = try Set(Self.connections(60, to: proxy).map(\.answer.body))
                #expect(bodies == ["old", "second"])
                let answer = try first.ask(Self.get)
                #expect(answer.body == "old")
                #expect(proxy.errorLog.contains("dropped: another configuration came, after "))
            }
            try await proxy.reload(Self.saying("200 third"))
            try await blocking {
                let bodies = try Set(Self.connections(20, to: proxy).map(\.answer.body))
                #expect(bodies == ["third"])
                #expect(try first.ask(Self.get).body == "third")
            }
        }

        @Test(arguments: [false, true])
        func `a server ends in a trial as at any time`(atOnce: Bool) async throws {
            let proxy = try await blocking { try ProxyUnderTest(Self.old) }
            try await proxy.reload(Self.saying("200 new"), main: "reload_canary 50% 1h;")
            try await blocking {
                let all = try Self.connections(20, to: proxy)
                if atOnce { proxy.stop() } else { proxy.drain() }
                #expect(proxy.waitForEnd())
                withExtendedLifetime(all) {}
            }
        }
    }
}
