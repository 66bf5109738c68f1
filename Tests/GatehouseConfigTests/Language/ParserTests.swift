import GatehouseConfig
import Testing

@Suite struct ParserTests {
    @Test(arguments: [
        ("events {} }", #"unexpected "}" in /etc/gatehouse/nginx.conf:1"#),
        ("events {} http {", #"unexpected end of file, expecting "}" in /etc/gatehouse/nginx.conf:1"#),
        ("events {} http { server { location / {", #"unexpected end of file, expecting "}" in /etc/gatehouse/nginx.conf:1"#),
        ("events {}\ndaemon on", #"unexpected end of file, expecting ";" or "}" in /etc/gatehouse/nginx.conf:2"#),
        ("events {}\ndaemon {}", #"directive "daemon" is not terminated by ";" in /etc/gatehouse/nginx.conf:2"#),
        ("events {}\nhttp;", #"directive "http" has no opening "{" in /etc/gatehouse/nginx.conf:2"#),
        ("events {}\ndaemon on on;", #"invalid number of arguments in "daemon" directive in /etc/gatehouse/nginx.conf:2"#),
        ("events {}\ndaemon on;\ndaemon off;", #""daemon" directive is duplicate in /etc/gatehouse/nginx.conf:3"#),
        ("events {}\nlissten 80;", #"unknown directive "lissten" in /etc/gatehouse/nginx.conf:2"#),
        ("events {}\nlisten 80;", #""listen" directive is not allowed here in /etc/gatehouse/nginx.conf:2"#),
        (
            "events {}\ndaemon maybe;",
            #"invalid value "maybe" in "daemon" directive, it must be "on" or "off" in /etc/gatehouse/nginx.conf:2"#
        ),
        ("http {}", #"no "events" section in configuration"#),
        ("", #"no "events" section in configuration"#),
        (
            "events {} include missing.conf;",
            #"open() "/etc/gatehouse/missing.conf" failed (2: No such file or directory) in /etc/gatehouse/nginx.conf:1"#
        ),
    ])
    func `one error gives nginx's sentence`(text: String, sentence: String) {
        #expect(errors(text) == [sentence])
    }

    @Test func `every independent error of a file is found in one run`() {
        let text = """
            events {}
            http {
                server {
                    listen 99999;
                    lissten 80;
                    location / { root; }
                    location /a { proxy_pas http://b; index; }
                }
                ;
                tcp_nodelay maybe;
            }
            """
        #expect(
            errors(text).map { $0.replacing(" in /etc/gatehouse/nginx.conf", with: "") } == [
                #"invalid port in "99999" of the "listen" directive:4"#,
                #"unknown directive "lissten":5"#,
                #"invalid number of arguments in "root" directive:6"#,
                #"unknown directive "proxy_pas":7"#,
                #"invalid number of arguments in "index" directive:7"#,
                #"unexpected ";":9"#,
                #"invalid value "maybe" in "tcp_nodelay" directive, it must be "on" or "off":10"#,
            ])
    }

    @Test func `no configuration cut anywhere traps`() {
        let text = Array(
            "http { map $a $b { ~x(?<n>.) $n; } server { listen 80 ssl; location ~ a { if ($b = 'c') { return 301 /$1; } } } } upstream u {"
                .utf8)
        for length in 0...text.count { fuzzConfiguration(Array(text[..<length]).span) }
    }

    @Test func `a file that is missing is an error without a line`() {
        let result = ConfigurationLoader(
            prefix: "/p", configurationPath: "conf/x.conf", reader: MemoryFileSource(files: [:]),
            host: HostFacts(name: "h", isPrivileged: true)
        ).load()
        guard case .failure(let failure) = result else {
            Issue.record("loaded")
            return
        }
        #expect(failure.errors.first?.sentence == #"open() "/p/conf/x.conf" failed (2: No such file or directory)"#)
    }

    @Test func `included files stand in place of the include, a pattern's in order`() throws {
        let configuration = try load(
            "events {} http { include sites/*.conf; }",
            including: [
                "/etc/gatehouse/sites/b.conf": "server { listen 81; }", "/etc/gatehouse/sites/a.conf": "server { listen 80; }",
                "/etc/gatehouse/sites/c.txt": "nonsense",
            ]
        ).get()
        #expect(configuration.http?.listeners.map { "\($0.listen.address)" } == ["0.0.0.0:80", "0.0.0.0:81"])
        #expect(configuration.files.map(\.path) == ["nginx.conf", "sites/a.conf", "sites/b.conf"].map { "/etc/gatehouse/\($0)" })
    }

    @Test func `a pattern that matches nothing is no error`() {
        #expect(errors("events {} http { include none/*.conf; }") == [])
    }

    @Test func `a file that includes itself is refused, not followed for ever`() {
        #expect(errors("include nginx.conf;").contains { $0.hasPrefix("blocks and included files nest deeper than 64 levels") })
    }

    @Test func `the directives of -g come before the file and may not be blocks`() throws {
        #expect(try load("events {}", global: "daemon off; worker_processes 3;").get().main.workerProcesses == .fixed(3))
        #expect(errors("events {}", global: "events {}") == ["block directives are not supported in -g option in command line"])
        #expect(errors("events {}", global: "daemon off") == [#"unexpected end of parameter, expecting ";" in command line"#])
        #expect(
            errors("events {}\ndaemon on;", global: "daemon off;") == [#""daemon" directive is duplicate in /etc/gatehouse/nginx.conf:2"#])
    }

    @Test func `what -T prints is every file under its name`() throws {
        let configuration = try load("events {}\n").get()
        #expect(String(decoding: configuration.dump(), as: UTF8.self) == "# configuration file /etc/gatehouse/nginx.conf:\nevents {}\n\n")
    }
}
