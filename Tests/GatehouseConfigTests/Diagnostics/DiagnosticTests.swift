import GatehouseConfig
import Testing

@Suite struct DiagnosticTests {
    private func rendered(_ text: String) -> [String] {
        switch load(text) {
        case .success(let configuration): configuration.warnings.map(\.rendered)
        case .failure(let failure): failure.errors.map(\.rendered)
        }
    }

    @Test func `an unknown directive is shown in its line, with the nearest name`() {
        #expect(
            rendered("events {}\nhttp {\n    server {\n\tlissten 80;\n    }\n}\n") == [
                """
                [emerg] unknown directive "lissten" in /etc/gatehouse/nginx.conf:4
                 4 | \tlissten 80;
                   | \t^~~~~~~
                   = did you mean "listen"?
                """
            ])
    }

    @Test func `a misplaced directive is shown with the places it may stand in`() {
        #expect(
            rendered("events {}\nproxy_pass http://a;") == [
                """
                [emerg] "proxy_pass" directive is not allowed here in /etc/gatehouse/nginx.conf:2
                 2 | proxy_pass http://a;
                   | ^~~~~~~~~~
                   = it is allowed in: location, if in location, limit_except
                """
            ])
    }

    @Test func `a wrong argument is underlined, not its directive`() {
        #expect(
            rendered("server { keepalive_timeout 5x; }") == [
                """
                [emerg] "keepalive_timeout" directive invalid value in /etc/gatehouse/nginx.conf:1
                 1 | server { keepalive_timeout 5x; }
                   |                            ^~
                """
            ])
    }

    @Test func `a directive of a feature that is missing says so`() {
        #expect(rendered("events {}\nhttp { gzip on; }").first?.contains("nginx has \"gzip\", this version of Gatehouse does not") == true)
    }

    @Test func `a missing semicolon is looked for where it belongs`() {
        #expect(
            rendered("events {\n worker_connections 5\n}").first?.contains(#"= "worker_connections" in line 2 may lack a ";" after "5""#)
                == true)
    }

    @Test(arguments: [("listen", "lissten", 1), ("server_name", "servername", 1), ("root", "toor", 2), ("location", "loaction", 1)])
    func `the distance of two words counts letters added, dropped, replaced and swapped`(first: String, second: String, distance: Int) {
        #expect(EditDistance.between(first, second, limit: 3) == distance)
    }

    @Test func `words that differ too much have no distance`() {
        #expect(EditDistance.between("listen", "resolver", limit: 2) == nil)
    }
}
