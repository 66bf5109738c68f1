import GatehouseConfig
import GatehousePolicy
import Testing

@Suite struct MainDirectivesTests {
    @Test func `the process is set up by its directives`() throws {
        let main = try load(
            """
            daemon off; master_process off; worker_processes auto; pid run/x.pid; user www data; worker_rlimit_nofile 100;
            worker_priority -5; worker_shutdown_timeout 10s; env TZ; env A=b=c; error_log stderr notice; error_log logs/e.log;
            events { worker_connections 64; multi_accept on; use epoll; }
            """
        ).get().main
        #expect(!main.isDaemon && !main.hasMasterProcess)
        #expect(main.workerProcesses == .automatic && main.workerConnections == 64 && main.openFilesLimit == 100)
        #expect(main.pidPath == "/srv/gatehouse/run/x.pid")
        #expect(main.user == "www" && main.group == "data" && main.workerPriority == -5)
        #expect(main.shutdownTimeout == .seconds(10))
        #expect(main.environment.map(\.name) == ["TZ", "A"] && main.environment.map(\.value) == [nil, "b=c"])
        #expect(
            main.errorLogs.elements == [
                ErrorLogSettings(sink: .standardError, level: .notice),
                ErrorLogSettings(sink: .file("/srv/gatehouse/logs/e.log"), level: .error),
            ])
    }

    @Test func `a reload may begin with a share of the connections`() throws {
        let trial = try load("reload_canary 2.5% 2m; events {}").get().main.reloadTrial
        #expect(trial == ReloadTrialRules(share: CanaryShare(clamping: 250), period: .seconds(120)))
        #expect(try load("reload_canary off; events {}").get().main.reloadTrial == nil && load("events {}").get().main.reloadTrial == nil)
    }

    @Test func `the socket of commands is listened on, for its owner alone`() throws {
        let configuration = try load("control unix:run/c.sock; events {}").get()
        #expect(configuration.main.control?.path == "/srv/gatehouse/run/c.sock")
        #expect(configuration.listens.map(\.address) == [.unix("/srv/gatehouse/run/c.sock")])
        #expect(configuration.listens.map(\.isPrivate) == [true])
    }

    @Test func `without privileges the user is left as it is, with a warning`() throws {
        let configuration = try load("user www; events {}", isPrivileged: false).get()
        #expect(configuration.main.user == nil)
        #expect(configuration.warnings.count == 1)
    }

    @Test(arguments: [
        ("worker_processes many;", #""worker_processes" directive invalid value"#),
        ("worker_priority x;", #""worker_priority" directive invalid number"#),
        ("reload_canary 5%;", #""reload_canary" directive takes "off", or a share and a time"#),
        ("reload_canary off 2m;", #"invalid share "off""#), ("reload_canary 0% 2m;", #"invalid share "0%""#),
        ("reload_canary 100% 2m;", #"invalid share "100%""#), ("reload_canary 5% soon;", #""reload_canary" directive invalid value"#),
        ("reload_canary 5% 0;", #""reload_canary" directive invalid value"#), ("reload_canary 101% 2m;", #"invalid share "101%""#),
        ("control 127.0.0.1:80;", #""control" directive takes a path"#), ("control unix:;", #""control" directive takes a path"#),
        ("error_log x loud;", #"invalid log level "loud""#),
        ("error_log syslog:tag=x;", "no syslog server specified"),
        ("events { worker_connections x; }", #""worker_connections" directive invalid number"#),
    ])
    func `a value that makes no sense is refused`(text: String, message: String) {
        let rest = text.hasPrefix("events") ? "" : " events {}"
        #expect(errors(text + rest) == ["\(message) in /etc/gatehouse/nginx.conf:1"])
    }
}
