import GatehouseConfig
import GatehousePolicy
import GatehouseWire
import Testing

@Suite struct BareFileTests {
    private let example = """
        server {
            listen 443 ssl;
            server_name api.example.com;
            ssl_certificate     /etc/nginx/certs/cert.pem;
            ssl_certificate_key /etc/nginx/certs/key.pem;
            location / {
                proxy_pass         http://backend_pool;
                proxy_set_header   Host $host;
                proxy_set_header   X-Real-IP $remote_addr;
                proxy_set_header   X-Forwarded-For $proxy_add_x_forwarded_for;
                proxy_set_header   X-Forwarded-Proto $scheme;
            }
        }
        upstream backend_pool {
            least_conn;
            server 10.0.1.10:3000;
            server 10.0.1.11:3000;
            server 10.0.1.12:3000;
        }
        """

    @Test func `a file of servers and upstreams alone is the content of http`() throws {
        let http = try http(example)
        #expect(http.servers.count == 1)
        #expect(http.upstreams.map(\.name) == ["backend_pool"])
        #expect(http.upstreams[0].method == .leastConnections)
        #expect(http.upstreams[0].servers.map(\.name) == ["10.0.1.10:3000", "10.0.1.11:3000", "10.0.1.12:3000"])
    }

    @Test func `its listener ends TLS and knows its server by name`() throws {
        let http = try http(example)
        let listener = try #require(http.listeners.first)
        #expect(listener.listen.address == .ip(.v4(0), port: 443))
        #expect(listener.listen.usesTLS)
        var captures: [Int] = []
        #expect(listener.servers.find(Array("api.example.com".utf8).span, captures: &captures).isDefault == false)
    }

    @Test func `its location passes requests to the group with four headers`() throws {
        let http = try http(example)
        var captures: [Int] = []
        let path = Array("/users".utf8)
        let location = try #require(http.servers[0].locations.find(path.span, captures: &captures)?.value)
        guard case .proxy(.fixed(let target))? = location.settings.handler else {
            Issue.record("no proxy")
            return
        }
        #expect(target.upstream == 0)
        #expect(target.usesTLS == false)
        #expect(
            location.settings.proxy.setHeaders.elements.map { String(decoding: $0.name, as: UTF8.self) }
                == ["Host", "X-Real-IP", "X-Forwarded-For", "X-Forwarded-Proto"])
    }
}
