import Testing

@testable import GatehouseCommand

@Suite struct DemoConfigurationTests {
    let demo = DemoConfiguration(port: 8080, tlsPort: 8443, backends: [5001, 5002, 5003], directory: "/tmp/demo/")

    @Test func `every backend is a server of the group and listens itself`() {
        for port in demo.backends {
            #expect(demo.text.contains("        server 127.0.0.1:\(port);\n") && demo.text.contains("        listen 127.0.0.1:\(port);\n"))
        }
    }

    @Test func `the invitation names the ports that are used`() {
        #expect(demo.invitation.contains("http://localhost:8080/") && demo.invitation.contains("https://localhost:8443/"))
    }
}
