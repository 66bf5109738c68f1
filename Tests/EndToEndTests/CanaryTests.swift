import Foundation
import Gatehouse
import Testing

extension EndToEnd {
    /// `canary` blocks with real backends.
    struct CanaryTests {
        /// A baseline and a canary that say which they are, and a proxy between.
        private final class Stage: Sendable {
            let old: ScriptedUpstream
            let new: ScriptedUpstream
            let proxy: ProxyUnderTest

            init(_ canary: String, newStatus: String = "200 OK", newPort: UInt16? = nil, location: String = "") throws {
                old = try ScriptedUpstream.answering("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nold")
                new = try ScriptedUpstream.answering("HTTP/1.1 \(newStatus)\r\nContent-Length: 3\r\n\r\nnew")
                proxy = try ProxyUnderTest(Self.http(canary, old.port, newPort ?? new.port, location))
            }

            func reload(_ canary: String, newPort: UInt16? = nil) async throws {
                try await proxy.reload(Self.http(canary, old.port, newPort ?? new.port, ""))
            }

            private static func http(_ canary: String, _ old: UInt16, _ new: UInt16, _ location: String) -> String {
                """
                upstream old { server 127.0.0.1:\(old); }
                canary shop { baseline old; canary new; \(canary) }
                upstream new { server 127.0.0.1:\(new); }
                server { listen 127.0.0.1:1; location / { proxy_pass http://shop; \(location) } }
                """
            }

            /// Who answers a user with this place in the cookie.
            func answer(_ place: String?, fields: String = "") throws -> RawMessage {
                let cookie = place.map { "Cookie: side=\($0)\r\n" } ?? ""
                return try proxy.ask("GET / HTTP/1.1\r\nHost: a\r\n\(cookie)\(fields)\r\n")
            }

            /// Asks so often on one connection.
            func bodies(_ place: String, count: Int) throws -> [RawMessage] {
                let client = try proxy.connect()
                return try (0..<count).map { _ in try client.ask("GET / HTTP/1.1\r\nHost: a\r\nCookie: side=\(place)\r\n\r\n") }
            }
        }

        private static let inside = "00000000"
        private static let middle = "80000000"
        private static let outside = "ffffffff"

        @Test func `a user stays where the cookie put him, and a larger share takes others in`() async throws {
            let stage = try await blocking {
                let stage = try Stage("share 1%; stick cookie side path=/;")
                #expect(try stage.answer(Self.inside).body == "new")
                #expect(try stage.answer(Self.middle).body == "old")
                #expect(try stage.answer(Self.inside).values("Set-Cookie").isEmpty)
                return stage
            }
            try await stage.reload("share 60%; stick cookie side path=/;")
            try await blocking {
                // The upkeep of the new generation brings the share in.
                try eventually { try stage.answer(Self.middle).body == "new" }
                #expect(try stage.answer(Self.inside).body == "new")
                #expect(try stage.answer(Self.outside).body == "old")
            }
        }

        @Test func `a new user gets a cookie with a place, and with it the same version`() async throws {
            try await blocking {
                let stage = try Stage("share 50%; stick cookie side path=/ httponly;")
                for _ in 0..<10 {
                    let first = try stage.answer(nil)
                    let cookie = try #require(first.value("Set-Cookie"))
                    #expect(cookie.hasPrefix("side=") && cookie.hasSuffix("; httponly; path=/"))
                    let place = String(cookie.dropFirst(5).prefix(8))
                    #expect(try stage.answer(place).body == first.body)
                    #expect((place < "8") == (first.body == "new"))
                }
            }
        }

        @Test(arguments: [0, 100])
        func `nobody gets a cookie where all go to one version`(share: Int) async throws {
            try await blocking {
                let stage = try Stage("share \(share)%; stick cookie side;")
                let answer = try stage.answer(nil)
                #expect(answer.body == (share == 0 ? "old" : "new"))
                #expect(answer.values("Set-Cookie").isEmpty)
            }
        }

        @Test func `testers choose, and the excluded are never sent there`() async throws {
            try await blocking {
                let stage = try Stage(
                    "share 1%; stick cookie side; override header X-Canary; override cookie tester; exclude $arg_partner $http_x_robot;")
                #expect(try stage.answer(Self.outside, fields: "X-Canary: always\r\n").body == "new")
                #expect(try stage.answer(Self.inside, fields: "X-Canary: never\r\n").body == "old")
                #expect(try stage.answer(nil, fields: "Cookie: tester=canary\r\n").body == "new")
                #expect(try stage.answer(Self.inside, fields: "X-Robot: 1\r\n").body == "old")
                #expect(try stage.answer(Self.inside, fields: "X-Robot: 0\r\n").body == "new")
                #expect(try stage.answer(nil, fields: "X-Robot: 1\r\nX-Canary: always\r\n").body == "old")
            }
        }

        @Test func `variables tell the version, the share and the state`() async throws {
            try await blocking {
                let stage = try Stage(
                    "share 2.5%; stick cookie side;", location: "add_header X-Canary $canary_variant,$canary_share,$canary_state;")
                #expect(try stage.answer(Self.inside).value("X-Canary") == "canary,2.5%,running")
                #expect(try stage.answer(Self.outside).value("X-Canary") == "baseline,2.5%,running")
            }
        }

        @Test func `a canary that fails goes back to nothing, and says why`() async throws {
            let journal = NSTemporaryDirectory() + "gatehouse-" + UUID().uuidString
            defer { try? FileManager.default.removeItem(atPath: journal) }
            let stage = try await blocking {
                let stage = try Stage("share 50%; stick cookie side; journal \(journal);", newStatus: "503 Later")
                try Self.askBoth(stage)
                try eventually { try stage.answer(Self.inside).body == "old" }
                let line = try #require(
                    stage.proxy.errorLog.split(separator: "\n").first { $0.contains("canary \"shop\": rolled_back 50% -> 0%") })
                #expect(line.contains("[warn]") && line.contains("the canary fails more often; errors: canary ") && line.contains("(100%)"))
                return stage
            }
            try await stage.reload("share 70%; stick cookie side;")
            try await blocking {
                #expect(try stage.answer(Self.inside).body == "old")
                try eventually {
                    try CanaryReplay.run(journal).hasPrefix("rolled_back 50% -> 0%: the canary fails more often; ")
                }
            }
        }

        @Test func `a canary that is down costs no client an error and counts against it`() async throws {
            try await blocking {
                // Nobody listens on a port that was just given back.
                let stage = try Stage("share 50%; stick cookie side;", newPort: 1)
                #expect(try Self.askBoth(stage).allSatisfy { $0.status == 200 && $0.body == "old" })
                try eventually { stage.proxy.errorLog.contains("canary \"shop\": rolled_back 50% -> 0%") }
            }
        }

        @Test func `a rollout goes on after a restart where a file keeps it`() async throws {
            let state = NSTemporaryDirectory() + "gatehouse-" + UUID().uuidString
            defer { try? FileManager.default.removeItem(atPath: state) }
            try await blocking {
                do {
                    let stage = try Stage("share 50%; stick cookie side; state \(state);", newStatus: "500 Oh")
                    try Self.askBoth(stage)
                    try eventually { try String(contentsOfFile: state, encoding: .utf8).contains("\nstate rolled_back\n") }
                }
                let stage = try Stage("share 50%; stick cookie side; state \(state);")
                #expect(try stage.answer(Self.inside).body == "old")
            }
        }

        @Test func `a file that is no state begins anew`() async throws {
            let state = NSTemporaryDirectory() + "gatehouse-" + UUID().uuidString
            defer { try? FileManager.default.removeItem(atPath: state) }
            try "canary shop of old and new\nstate rolled_back".write(toFile: state, atomically: false, encoding: .utf8)
            try await blocking {
                let stage = try Stage("share 50%; stick cookie side; state \(state);")
                #expect(try stage.answer(Self.inside).body == "new")
            }
        }

        /// So many of both versions that a bad one is found: the baseline's own rate has to be known first.
        @discardableResult
        private static func askBoth(_ stage: Stage) throws -> [RawMessage] {
            var all: [RawMessage] = []
            for _ in 0..<3 { all += try stage.bodies(outside, count: 60) + stage.bodies(inside, count: 64) }
            return all
        }
    }
}
