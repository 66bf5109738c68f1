import GatehouseConfig
import GatehouseWire
import Testing

struct NetworkTargetTests {
    static let loopback = IPAddress.v4(0x7f00_0001)

    @Test(arguments: [
        ("127.0.0.1:8080", UpstreamAddress.ip(loopback, port: 8080), true, ""),
        ("127.0.0.1", .ip(loopback, port: 80), false, ""),
        ("[::1]:8080/x", .ip(.v6(0, 1), port: 8080), true, "/x"),
        ("[::1]", .ip(.v6(0, 1), port: 80), false, ""),
        ("backend", .name("backend", port: 80), false, ""),
        ("backend:81/a:b?c", .name("backend", port: 81), true, "/a:b?c"),
        ("backend?x=/", .name("backend", port: 80), false, "?x=/"),
        ("unix:/run/app.sock", .unix("/run/app.sock"), false, ""),
        ("unix:/run/app.sock:/uri/", .unix("/run/app.sock"), false, "/uri/"),
    ])
    func `an address is taken apart`(text: String, address: UpstreamAddress, hasPort: Bool, uri: String) throws {
        let target = try NetworkTarget(parsing: Array(text.utf8), defaultPort: 80, allowsURI: true)
        #expect(target.address == address)
        #expect(target.hasPort == hasPort)
        #expect(target.uri == Array(uri.utf8))
    }

    @Test(arguments: [
        ("", "no host"), (":80", "no host"), ("host:", "invalid port"), ("host:0", "invalid port"), ("host:65536", "invalid port"),
        ("host:x", "invalid port"), ("host/path", "invalid host"), ("[::1", "invalid host"), ("[::1]x", "invalid host"), ("[]", "no host"),
        ("[::g]", "invalid IPv6 address"), ("unix:", "no path in the unix domain socket"),
    ])
    func `a malformed address is refused`(text: String, message: String) {
        #expect(throws: ArgumentError(message)) {
            try NetworkTarget(parsing: Array(text.utf8), defaultPort: 80, allowsURI: false)
        }
    }
}

struct ProxyURLTests {
    @Test(
        arguments: [
            ("http://backend", false, "backend", nil), ("http://backend:80", false, "backend", nil),
            ("http://backend:8080/", false, "backend:8080", "/"),
            ("HTTPS://h:80/a", true, "h:80", "/a"), ("https://h:443", true, "h", nil), ("http://unix:/s:/u", false, "localhost", "/u"),
        ] as [(String, Bool, String, String?)])
    func `a URL gives the host header and the URI`(text: String, usesTLS: Bool, host: String, uri: String?) throws {
        let url = try ProxyURL(parsing: Array(text.utf8))
        #expect(url.usesTLS == usesTLS)
        #expect(url.hostHeader == Array(host.utf8))
        #expect(url.uri == uri.map { Array($0.utf8) })
    }

    @Test(arguments: [
        ("ftp://h", "invalid URL prefix"), ("http:/h", "invalid URL prefix"), ("http://", #"no host in upstream """#),
        ("http://h:99999/x", #"invalid port in upstream "h:99999/x""#),
    ])
    func `a malformed URL is refused`(text: String, message: String) {
        #expect(throws: ArgumentError(message, at: 0)) { try ProxyURL(parsing: Array(text.utf8)) }
    }
}
