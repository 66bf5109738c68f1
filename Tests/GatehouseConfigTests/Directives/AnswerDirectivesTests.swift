import GatehouseConfig
import GatehousePolicy
import GatehouseWire
import Testing

@Suite struct AnswerDirectivesTests {
    private func names(_ directives: String, server: String = "", http: String = "") throws -> [String] {
        try location(directives, server: server, http: http).addHeaders.elements.map { text($0.name) }
    }

    @Test func `added headers replace those of outer levels unless merged`() throws {
        let server = "add_header A a; add_header B b always;"
        #expect(try names("", server: server) == ["A", "B"])
        #expect(try names("add_header C c;", server: server) == ["C"])
        #expect(try names("add_header C c; add_header_inherit merge;", server: server) == ["C", "A", "B"])
        #expect(try names("add_header_inherit off;", server: server) == [])
        #expect(try names("", server: server, http: "add_header_inherit off; add_header X x;") == [])
        #expect(errorsInLocation("add_header A b sometimes;") == [#"invalid parameter "sometimes""#])
    }

    @Test func `expires takes times and templates`() throws {
        guard case .rule(.afterAccess(3600)) = try location("expires 1h;").expires,
            case .rule(.afterModification(60)) = try location("expires modified 1m;").expires,
            case .off = try location("expires off;", server: "expires 1h;").expires,
            case .template(let template, isModified: false) = try location("expires $arg_e;").expires
        else {
            Issue.record("another rule")
            return
        }
        #expect(template.source == "$arg_e")
        #expect(errorsInLocation("expires soon;") == [#""expires" directive invalid value"#])
        #expect(errorsInLocation("expires @25h;") == [#""expires" directive daily time value must be less than 24 hours"#])
    }

    @Test func `access rules keep their order`() throws {
        let rules = try location("allow 10.0.0.0/8; allow unix:; deny all;").access.elements
        #expect(rules.map(\.allows) == [true, true, false])
        #expect(rules[0].subject == CIDR("10.0.0.0/8").map { .block($0) })
        #expect(rules[1].subject == .unix && rules[2].subject == .all)
        #expect(errorsInLocation("deny somebody;") == [#"invalid parameter "somebody""#])
        #expect(try warningMessages("server { deny 10.0.0.1/8; }") == ["low address bits of 10.0.0.1/8 are meaningless"])
    }

    @Test func `trusted proxies and their header are read`() throws {
        let realIP = try location(
            "set_real_ip_from 10.0.0.0/8; set_real_ip_from unix:; set_real_ip_from h; real_ip_header X-My; real_ip_recursive on;"
        ).realIP
        #expect(realIP.trusted.elements == [.network(try #require(CIDR("10.0.0.0/8"))), .unix, .name("h")])
        #expect(realIP.source == .header(Array("x-my".utf8)))
        #expect(realIP.isRecursive)
    }

    @Test func `rates, hints and the status page`() throws {
        let settings = try location(
            "limit_rate 10k; limit_rate_after $arg_a; early_hints $http2 1; stub_status;", http: "map $uri $http2 { }")
        #expect(settings.limitRate?.source == "10k" && settings.limitRateAfter?.source == "$arg_a")
        #expect(settings.earlyHints.count == 2)
        guard case .stubStatus? = settings.handler else {
            Issue.record("no status page")
            return
        }
    }

    @Test(arguments: ["gzip on;", "limit_req zone=a;", "proxy_cache x;", "auth_request /x;"])
    func `a feature that is not there yet is unknown, and the hint says so`(directive: String) throws {
        guard case .failure(let failure) = load("server { \(directive) }") else {
            Issue.record("accepted")
            return
        }
        #expect(failure.errors.count == 1)
        #expect(failure.errors[0].sentence.hasPrefix("unknown directive"))
        #expect(failure.errors[0].hints.contains { $0.contains("this version of Gatehouse does not") })
    }

    @Test func `knobs of nginx's inside are accepted`() throws {
        _ = try load(
            """
            pcre_jit on; thread_pool p threads=2;
            events { accept_mutex on; use epoll; multi_accept on; }
            http {
                server_names_hash_bucket_size 64; types_hash_max_size 2048; variables_hash_max_size 1;
                map_hash_max_size 1; aio threads;
                directio 4m; connection_pool_size 256; request_pool_size 4k; proxy_headers_hash_max_size 512;
                uninitialized_variable_warn on;
            }
            """
        ).get()
    }
}
