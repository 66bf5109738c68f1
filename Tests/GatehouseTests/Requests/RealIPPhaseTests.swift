import Testing

@testable import Gatehouse

struct RealIPPhaseTests {
    @Test func `the rules of the location count`() async throws {
        let settings = """
            add_header X-IP $remote_addr;
            location /trusting { set_real_ip_from unix:; real_ip_header X-Client; }
            location /other { }
            """
        try await ServerUnderTest.run(settings, files: ["trusting": "", "other": ""]) { server in
            #expect(await server.get("/trusting", "X-Client: 192.0.2.1")["X-IP"] == "192.0.2.1")
            #expect(await server.get("/other", "X-Client: 192.0.2.1")["X-IP"] == "unix:")
        }
    }

    @Test func `access is judged by the address that was found`() async throws {
        try await ServerUnderTest.run("location / { set_real_ip_from unix:; deny 192.0.2.1; }", files: ["f": ""]) { server in
            #expect(await server.get("/f", "X-Real-IP: 192.0.2.1").status == 403)
            #expect(await server.get("/f", "X-Real-IP: 192.0.2.2").status == 200)
        }
    }
}
