import GatehouseRuntime
import GatehouseWire
import Testing

@testable import Gatehouse

@Suite struct NameReloadTests {
    @Test func `a request waits for the first answer, and a reload asks nobody`() async throws {
        let names = try ScriptedNameServer { query, _ in [DNSAnswer.bytes(to: query, [.address(.v4(0x7f00_0001))])!] }
        let http = "resolver 127.0.0.1:\(names.address.port ?? 0) ipv6=off; upstream u { server app.example:1 resolve; }"
        let settings = "location / { proxy_pass http://u; add_header X-Peer $upstream_addr always; }"
        try await ServerUnderTest.run(settings, http: http) { server in
            // Nobody listens there, but somebody was found.
            #expect(await server.get("/")["X-Peer"] == "127.0.0.1:1")
            try await server.reload()
            #expect(await server.get("/")["X-Peer"] == "127.0.0.1:1")
        }
        #expect(names.queryCount == 1)
    }

    @Test func `a name that does not resolve does not stop the start`() async throws {
        let names = try ScriptedNameServer { query, _ in [DNSAnswer.bytes(to: query, [], code: 3)!] }
        let http = "resolver 127.0.0.1:\(names.address.port ?? 0) ipv6=off; upstream u { server app.example:1 resolve; }"
        try await ServerUnderTest.run("location / { proxy_pass http://u; }", http: http) { server in
            #expect(await server.get("/").status == 502)
            #expect(server.errorLog.contains("app.example could not be resolved (3: Host not found) in upstream \"u\""))
            #expect(server.errorLog.contains("no live upstreams"))
        }
    }
}
