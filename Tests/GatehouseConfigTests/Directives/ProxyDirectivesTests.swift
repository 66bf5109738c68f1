import GatehouseConfig
import GatehousePolicy
import GatehouseWire
import Testing

@Suite struct ProxyDirectivesTests {
    private func target(_ directives: String) throws -> FixedProxyTarget {
        guard case .proxy(.fixed(let target))? = try location(directives).handler else { throw Missing() }
        return target
    }

    private struct Missing: Error {}

    @Test func `a plain address makes an implicit group`() throws {
        let http = try http(
            "server { location / { proxy_pass http://10.0.0.1:8080/x/; } location /b { proxy_pass http://10.0.0.1:8080; } }")
        #expect(http.upstreams.map(\.name) == ["10.0.0.1:8080"])
        #expect(http.upstreams[0].isImplicit)
        #expect(http.upstreams[0].servers.map(\.address) == [.ip(.v4(0x0a00_0001), port: 8080)])
        let target = try target("proxy_pass http://10.0.0.1:8080/x/;")
        #expect(text(target.host) == "10.0.0.1:8080")
        #expect(target.uri.map(text) == "/x/")
    }

    @Test func `a group is found wherever it stands, in any case`() throws {
        let http = try http("server { location / { proxy_pass https://Pool; } } upstream pool { server 10.0.0.1; }")
        #expect(http.upstreams.count == 1)
    }

    @Test func `a URL with variables stays a template`() throws {
        guard case .proxy(.template(let template))? = try location("proxy_pass http://$host$uri;").handler else {
            Issue.record("no template")
            return
        }
        #expect(template.source == "http://$host$uri")
    }

    @Test(arguments: [
        ("server { location / { proxy_pass 10.0.0.1; } }", "invalid URL prefix"),
        ("server { location / { proxy_pass http://h:x; } }", #"invalid port in upstream "h:x""#),
        ("server { location / { proxy_pass http://p:80; } } upstream p { server a; }", #"upstream "p" may not have port 80"#),
        ("server { location / { proxy_pass http://a; proxy_pass http://b; } }", #""proxy_pass" directive is duplicate"#),
        ("server { proxy_pass http://a; }", #""proxy_pass" directive is not allowed here"#),
    ])
    func `a wrong proxy_pass is refused`(configuration: String, message: String) {
        #expect(messages(configuration) == [message])
    }

    @Test(arguments: [
        "location ~ x { proxy_pass http://a/; }", "location @n { proxy_pass http://a/; }",
        "location / { if ($uri) { proxy_pass http://a/; } }",
    ])
    func `a URI has no place where no prefix matched`(block: String) {
        #expect(messages("server { \(block) }").map { $0.prefix(35) } == [#""proxy_pass" cannot have URI part in"#.prefix(35)])
    }

    @Test func `headers of an inner level replace those around it`() throws {
        let outer = "proxy_set_header A a; proxy_set_header B b;"
        #expect(try location("", server: outer).proxy.setHeaders.elements.map { text($0.name) } == ["A", "B"])
        #expect(try location("proxy_set_header C c;", server: outer).proxy.setHeaders.elements.map { text($0.name) } == ["C"])
    }

    @Test func `next_upstream words make a set`() throws {
        #expect(try location("").proxy.nextUpstream == [.error, .timeout])
        #expect(try location("proxy_next_upstream http_503 non_idempotent;").proxy.nextUpstream == [.http503, .nonIdempotent])
        #expect(errorsInLocation("proxy_next_upstream sometimes;") == [#"invalid value "sometimes""#])
    }

    @Test func `sizes that are not given follow those that are`() throws {
        let proxy = try location("proxy_buffer_size 16k; proxy_buffers 8 16k;").proxy
        #expect(proxy.busyBuffersSize == 32768)
        #expect(try location("", http: "proxy_buffer_size 16k; proxy_buffers 8 16k;").proxy.busyBuffersSize == 32768)
    }

    @Test(arguments: [
        ("proxy_buffers 1 4k;", #"there must be at least 2 "proxy_buffers""#),
        ("proxy_buffer_size 64k;", #""proxy_busy_buffers_size" must be less than the size of all "proxy_buffers" minus one buffer"#),
        (
            "proxy_busy_buffers_size 1k;",
            #""proxy_busy_buffers_size" must be equal to or greater than the maximum "#
                + #"of the value of "proxy_buffer_size" and one of the "proxy_buffers""#
        ),
    ])
    func `sizes that do not fit each other are refused`(directives: String, message: String) {
        #expect(errorsInLocation(directives) == [message])
    }

    @Test func `redirects and cookies are rewritten by text or expression`() throws {
        let proxy = try location(
            """
            proxy_pass http://a; proxy_redirect http://a/ /; proxy_redirect ~*^x(.*) /$1; proxy_redirect default;
            proxy_cookie_domain .a .b; proxy_cookie_path ~^/a /; proxy_cookie_flags ~. secure samesite=lax;
            """
        ).proxy
        #expect(proxy.redirects.elements.count == 3)
        guard case .text(let domain, let other) = proxy.cookieDomains.elements[0] else {
            Issue.record("no text")
            return
        }
        #expect(domain.constant.map(text) == "a" && other.constant.map(text) == "b")
        #expect(proxy.cookiePaths.elements.count == 1)
        #expect(proxy.cookieFlags.elements[0].flags.count == 2)
        #expect(try location("proxy_redirect off;").proxy.redirects.isEmpty)
    }

    @Test(arguments: [
        ("proxy_redirect default;", #""proxy_redirect default" should be placed after the "proxy_pass" directive"#),
        (
            "proxy_pass http://$host; proxy_redirect default;",
            #""proxy_redirect default" cannot be used with "proxy_pass" directive with variables"#
        ),
        ("proxy_redirect on;", #"invalid parameter "on""#), ("proxy_cookie_path x;", #"invalid parameter "x""#),
        ("proxy_bind nowhere;", #"invalid address "nowhere""#), ("proxy_bind 127.0.0.1 often;", #"invalid parameter "often""#),
        ("proxy_ignore_headers Date;", #"invalid value "Date""#), ("proxy_http_version 1.2;", #"invalid value "1.2""#),
        ("proxy_limit_rate fast;", #""proxy_limit_rate" directive invalid value"#),
        ("proxy_ssl_certificate a.crt; proxy_pass https://a;", #"no "proxy_ssl_certificate_key" is defined for certificate "a.crt""#),
        ("proxy_pass https://a; proxy_ssl_verify on;", "no proxy_ssl_trusted_certificate for proxy_ssl_verify"),
        ("proxy_ssl_protocols TLSv9;", #"invalid value "TLSv9""#),
    ])
    func `a wrong value is refused`(directives: String, message: String) {
        #expect(errorsInLocation(directives) == [message])
    }

    @Test func `TLS settings are checked only where TLS is used`() throws {
        #expect(try location("proxy_ssl_verify on; proxy_ssl_certificate a; proxy_pass http://a;").proxy.tls.verifies)
    }

    @Test func `every simple directive fills its field`() throws {
        let proxy = try location(
            """
            proxy_http_version 1.0; proxy_connect_timeout 1s; proxy_send_timeout 2s; proxy_read_timeout 3s; proxy_buffering off;
            proxy_request_buffering off; proxy_ignore_client_abort on; proxy_intercept_errors on; proxy_force_ranges on;
            proxy_socket_keepalive on; proxy_socket_rcvbuf 8k; proxy_socket_sndbuf 9k; proxy_method $request_method; proxy_set_body x;
            proxy_pass_request_headers off; proxy_pass_request_body off; proxy_pass_trailers on; proxy_hide_header X-A;
            proxy_pass_header Server; proxy_ignore_headers Expires Vary; proxy_next_upstream_tries 2; proxy_next_upstream_timeout 5s;
            proxy_temp_path tmp 1 2; proxy_max_temp_file_size 0; proxy_limit_rate 10k; proxy_bind $remote_addr transparent;
            proxy_ssl_name n; proxy_ssl_server_name on; proxy_ssl_session_reuse off; proxy_ssl_verify_depth 3; proxy_ssl_crl c.pem;
            proxy_ssl_ciphers HIGH; proxy_ssl_protocols TLSv1.3; proxy_ssl_conf_command Options KTLS;
            """
        ).proxy
        #expect(proxy.httpVersion == .http10)
        #expect(proxy.connectTimeout == .seconds(1) && proxy.sendTimeout == .seconds(2) && proxy.readTimeout == .seconds(3))
        #expect(!proxy.buffersResponse && !proxy.buffersRequest && proxy.ignoresClientAbort && proxy.interceptsErrors && proxy.forcesRanges)
        #expect(proxy.keepsSocketAlive && proxy.socketReceiveBuffer == 8192 && proxy.socketSendBuffer == 9216)
        #expect(!proxy.passesRequestHeaders && !proxy.passesRequestBody && proxy.passesTrailers)
        #expect(proxy.hiddenHeaders.elements.map(text) == ["x-a"] && proxy.passedHeaders.elements.map(text) == ["server"])
        #expect(proxy.ignoredHeaders == [.expires, .vary])
        #expect(proxy.nextUpstreamTries == 2 && proxy.nextUpstreamTimeout == .seconds(5))
        #expect(proxy.tempPath == "/srv/gatehouse/tmp" && proxy.maxTempFileSize == 0)
        #expect(proxy.bind?.isTransparent == true)
        #expect(proxy.tls.sendsServerName && !proxy.tls.reusesSessions && proxy.tls.verifyDepth == 3)
        #expect(proxy.tls.revocationListFile == "/etc/gatehouse/c.pem")
        #expect(proxy.tls.protocols == ["TLSv1.3"] && proxy.tls.ciphers == "HIGH" && !proxy.tls.configurationCommands.isEmpty)
    }
}
