import GatehouseConfig
import GatehousePolicy
import Testing

@Suite struct InheritanceTests {
    private func location(_ path: String, in http: HTTPConfiguration) throws -> LocationSettings {
        var captures: [Int] = []
        let path = Array(path.utf8)
        return try #require(http.servers[0].locations.find(path.span, captures: &captures)?.value.settings)
    }

    @Test func `a block inherits what its surroundings say, even below it`() throws {
        let http = try http("server { location /a { location /a/b { } } send_timeout 7s; } tcp_nodelay off;")
        let inner = try location("/a/b", in: http)
        #expect(inner.sendTimeout == .seconds(7))
        #expect(inner.tcpNoDelay == false)
    }

    @Test func `lists are replaced as a whole by an inner level`() throws {
        let http = try http(
            """
            server {
                add_header A 1; add_header B 2;
                error_page 404 /outer; error_page 500 /five;
                location /own { add_header C 3; error_page 404 /inner; }
                location /none { }
            }
            """)
        #expect(try location("/own", in: http).addHeaders.elements.map { String(decoding: $0.name, as: UTF8.self) } == ["C"])
        #expect(try location("/none", in: http).addHeaders.elements.map { String(decoding: $0.name, as: UTF8.self) } == ["A", "B"])
        #expect(try location("/own", in: http).errorPages.elements.map(\.statuses) == [[404]])
        #expect(try location("/none", in: http).errorPages.elements.map(\.statuses) == [[404], [500]])
    }

    @Test func `who answers is not inherited by a nested location`() throws {
        let http = try http(
            "server { location /a { proxy_pass http://127.0.0.1:1; internal; return 204; try_files /x /y; location /a/b { } } }")
        let (outer, inner) = (try location("/a", in: http), try location("/a/b", in: http))
        #expect(outer.handler != nil && outer.isInternal && outer.tryFiles != nil && !outer.rewrite.isEmpty)
        #expect(inner.handler == nil && !inner.isInternal && inner.tryFiles == nil && inner.rewrite.isEmpty)
    }

    @Test func `root replaces an inherited alias, and relative paths start at the prefix`() throws {
        let http = try http("server { location /a/ { alias data/; location /a/b/ { root files; } location /a/c/ { } } }")
        let outer = try location("/a/", in: http)
        #expect(outer.alias?.source == "/srv/gatehouse/data/")
        #expect(outer.aliasedLength == 3)
        #expect(try location("/a/b/", in: http).alias == nil)
        #expect(try location("/a/b/", in: http).root.source == "/srv/gatehouse/files")
        #expect(try location("/a/c/", in: http).aliasedLength == 3)
    }

    @Test func `rewrite directives keep their order, and those of the server stay with the server`() throws {
        let http = try http(
            "server { set $a 1; if ($a) { set $b 2; } return 403; location / { set $c 1; if ($c = x) { return 404; } set $d 1; } }")
        #expect(http.servers[0].settings.rewrite.steps.count == 3)
        let steps = try location("/", in: http).rewrite.steps
        #expect(steps.count == 3)
        guard case .when(_, let program, let settings?) = steps[1] else {
            Issue.record("no if")
            return
        }
        #expect(program.steps.count == 1)
        #expect(settings.settings.rewrite.steps.count == 1)
    }

    @Test func `limit_except holds the settings of all other methods`() throws {
        let http = try http("server { location / { limit_except GET { deny all; } access_log off; } }")
        let limit = try #require(try location("/", in: http).limitExcept)
        #expect(limit.methods == [Array("GET".utf8)])
        #expect(limit.settings.settings.access.elements.count == 1)
        #expect(limit.settings.settings.accessLogs.isEmpty)
    }

    @Test func `types of an inner level stand alone, those of one level add up`() throws {
        let http = try http(
            """
            types { text/a a; }
            server { location /x { types { text/b b; } types { text/c C; } } location /y { } location /z { types { } } }
            """
        )
        #expect(try location("/x", in: http).types.byExtension.count == 2)
        #expect(try location("/y", in: http).types.byExtension == [Array("a".utf8): Array("text/a".utf8)])
        #expect(try location("/z", in: http).types.byExtension.isEmpty)
    }

    @Test func `without a log directive the standard logs hold`() throws {
        let http = try http("server { }")
        guard case .file("/srv/gatehouse/logs/access.log")? = http.root.settings.accessLogs.elements.first?.sink else {
            Issue.record("no standard log")
            return
        }
        #expect(http.root.settings.errorLogs.elements == [ErrorLogSettings(sink: .file("/srv/gatehouse/logs/error.log"))])
    }
}
