import GatehouseConfig
import GatehousePolicy
import GatehouseWire
import Testing

@Suite struct ListenerTests {
    @Test(arguments: [
        ("80", "0.0.0.0:80"), ("*:81", "0.0.0.0:81"), ("127.0.0.1", "127.0.0.1:80"), ("127.0.0.1:8080", "127.0.0.1:8080"),
        ("[::]:80", "[::]:80"), ("[::1]", "[::1]:80"), ("localhost:82", "127.0.0.1:82"), ("unix:/run/x.sock", "unix:/run/x.sock"),
    ])
    func `an address may be written in many forms`(text: String, address: String) throws {
        #expect(try http("server { listen \(text); }").listeners.map { "\($0.listen.address)" } == [address])
    }

    @Test func `a range of ports is a listener each`() throws {
        #expect(
            try http("server { listen 8080-8082; }").listeners.map { "\($0.listen.address)" }
                == ["0.0.0.0:8080", "0.0.0.0:8081", "0.0.0.0:8082"])
    }

    @Test func `without listen it is port 80, without privileges port 8000`() throws {
        #expect(try http("server { }").listeners.map { "\($0.listen.address)" } == ["0.0.0.0:80"])
        let unprivileged = try load("server { }", isPrivileged: false).get().http
        #expect(unprivileged?.listeners.map { "\($0.listen.address)" } == ["0.0.0.0:8000"])
    }

    @Test func `parameters set socket options`() throws {
        let text =
            """
            listen 80 default_server proxy_protocol reuseport backlog=64 rcvbuf=8k sndbuf=16k ipv6only=off deferred fastopen=3
                so_keepalive=30m::10;
            """
        let listen = try http("server { \(text) }").listeners[0].listen
        #expect(listen.isDefaultServer && listen.acceptsProxyProtocol && listen.reusesPort && listen.isDeferred && !listen.isIPv6Only)
        #expect(listen.backlog == 64 && listen.receiveBuffer == 8192 && listen.sendBuffer == 16384 && listen.fastOpen == 3)
        #expect(listen.keepalive == SocketKeepalive(isOn: true, idle: 1800, interval: nil, count: 10))
    }

    @Test(arguments: [
        ("listen 0;", #"invalid port in "0" of the "listen" directive"#),
        ("listen 90-80;", #"invalid port range in "90-80" of the "listen" directive"#),
        ("listen :80;", #"no host in ":80" of the "listen" directive"#),
        ("listen 1.2.3.4/x;", #"invalid host in "1.2.3.4/x" of the "listen" directive"#),
        ("listen unix:;", #"no path in the unix domain socket in "unix:" of the "listen" directive"#),
        ("listen [::g]:80;", #"invalid IPv6 address in "[::g]:80" of the "listen" directive"#),
        ("listen 80 foo;", #"invalid parameter "foo""#), ("listen 80 backlog=0;", #"invalid backlog "backlog=0""#),
        ("listen 80 so_keepalive=::;", #"invalid so_keepalive value: "::""#), ("listen 80; listen 80;", "a duplicate listen 0.0.0.0:80"),
        ("listen 443 ssl;", #"no "ssl_certificate" is defined for the "listen ... ssl" directive"#),
    ])
    func `what cannot be listened on is refused`(directive: String, message: String) {
        #expect(errors("server { \(directive) }") == ["\(message) in /etc/gatehouse/nginx.conf:1"])
    }

    @Test func `servers of one address share its listener; the first is the default unless one says so`() throws {
        let http = try http(
            "server { listen 80; server_name a; } server { listen 80 default_server; server_name b; } server { listen 81; server_name c; }")
        #expect(http.listeners.count == 2)
        #expect(http.listeners[0].allServers.map(\.number) == [0, 1])
        #expect(http.listeners[0].defaultServer.number == 1)
        #expect(http.listeners[1].defaultServer.number == 2)
    }

    @Test func `two default servers and two sets of options are errors`() {
        #expect(
            errors("server { listen 80 default_server; }\nserver { listen 80 default; }")
                == ["a duplicate default server for 0.0.0.0:80 in /etc/gatehouse/nginx.conf:2"])
        #expect(
            errors("server { listen 80 bind; }\nserver { listen 80 backlog=5; }")
                == ["duplicate listen options for 0.0.0.0:80 in /etc/gatehouse/nginx.conf:2"])
    }

    @Test func `protocols are those of all directives of an address`() throws {
        let http = try http("server { listen 80 proxy_protocol; } server { listen 80; server_name a; }")
        #expect(http.listeners[0].listen.acceptsProxyProtocol)
    }

    @Test func `a conflicting name is a warning and the first server keeps it`() throws {
        let text = "server { server_name a; }\nserver { server_name a b; }"
        #expect(try warnings(text) == [#"conflicting server name "a" on 0.0.0.0:80, ignored in /etc/gatehouse/nginx.conf:2"#])
        var captures: [Int] = []
        let names = try http(text).listeners[0].servers
        #expect(names.find(Array("a".utf8).span, captures: &captures).value.number == 0)
        #expect(names.find(Array("b".utf8).span, captures: &captures).value.number == 1)
    }

    @Test func `every kind of server name is found`() throws {
        let http = try http(
            #"""
            server { server_name Example.com *.example.com .dot.org mail.* "~^(?<user>.+)\.example\.net$" $hostname; }
            server { server_name ""; }
            """#
        )
        let server = http.servers[0]
        #expect(server.primaryName == Array("example.com".utf8))
        var captures: [Int] = []
        for host in ["example.com", "www.example.com", "dot.org", "x.dot.org", "mail.foo", "bob.example.net", "box.example"] {
            let match = http.listeners[0].servers.find(Array(host.utf8).span, captures: &captures)
            #expect(match.value.number == 0 && !match.isDefault, "\(host)")
        }
        #expect(http.listeners[0].namePatterns.map { $0.names.count } == [1])
        #expect(http.slots.contains { $0.name == "user" })
        #expect(http.listeners[0].servers.find([UInt8]().span, captures: &captures).value.number == 1)
    }

    @Test(arguments: [
        ("*foo", #"server name "*foo" is invalid"#), (".", #"server name "." is invalid"#), ("~", #"empty regex in server name "~""#),
        ("a.*.b", #"invalid server name or wildcard "a.*.b" on 0.0.0.0:80"#),
    ])
    func `an invalid server name is refused`(name: String, message: String) {
        #expect(errors("server { server_name \(name); }") == ["\(message) in /etc/gatehouse/nginx.conf:1"])
    }
}
