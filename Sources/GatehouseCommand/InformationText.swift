import Gatehouse
import GatehouseTLS

/// What `-v`, `-V`, `-h` and `--help` print.
enum InformationText {
    /// The second line is nginx's own form: tools read from it which language is spoken.
    static var version: String {
        "gatehouse version: \(ProgramVersion.full)\nnginx version: \(ProgramVersion.compatibility)\n"
    }

    /// As `nginx -V`: modules that exist are named, so are those that do not.
    static var build: String {
        "built with \(TLSLibrary.version)\nTLS SNI support enabled\nconfigure arguments: \(configuration)\n"
    }

    private static var configuration: String {
        (present.map { "--with-\($0)_module" } + absent.map { "--without-\($0)_module" } + ["--without-http-cache"]).joined(separator: " ")
    }

    private static let present = ["http_ssl", "http_realip", "http_stub_status"]

    private static let absent =
        [
            "charset", "gzip", "ssi", "userid", "autoindex", "fastcgi", "uwsgi", "scgi", "grpc", "memcached",
            "limit_req", "empty_gif", "browser", "referer",
        ].map { "http_" + $0 }
        + ["pop3", "imap", "smtp"].map { "mail_" + $0 }
        + [
            "access", "geo", "limit_conn", "map", "pass", "return", "set", "split_clients", "upstream_hash", "upstream_least_conn",
            "upstream_least_time", "upstream_random", "upstream_zone",
        ].map { "stream_" + $0 }

    static let usage = """
        Usage: gatehouse [-?hvVtTq] [-s signal] [-p prefix]
                         [-e filename] [-c filename] [-g directives]
               gatehouse [-p prefix] [-c filename] COMMAND …
               gatehouse demo [--port N] [--tls-port N] [--print]
               gatehouse forward [--port N] [--socks N] [--allow NETWORK] [--user NAME:PASSWORD]
                         [--connect-port N] [--anonymize standard|strict] [--print]

        Options:
          -?,-h, --help          : this help; --help alone tells more
          -v,    --version       : show version and exit
          -V,    --build         : show version and what it is built with, then exit
          -t,    --test          : test configuration and exit
          -T,    --dump          : test configuration, dump it and exit
          -q,    --quiet         : suppress non-error messages during configuration testing
          -s,    --signal NAME   : send signal to a running process: stop, quit, reopen, reload
          -p,    --prefix DIR    : set prefix path (default: \(DefaultPaths.prefix),
                                   and where it does not exist the directory of -c)
          -e,    --error-log FILE: set error log file (default: \(DefaultPaths.errorLog))
          -c,    --config FILE   : set configuration file (default: \(DefaultPaths.configuration),
                                   and where there is none \(DefaultPaths.nginxConfiguration))
          -g,    --global TEXT   : set global directives out of configuration file
                 --list-directives: print the reference of all directives and exit


        """

    static let guide = """

        The configuration language is nginx's. The smallest useful file holds nothing but

            server {
                listen 8080;
                location / { proxy_pass http://127.0.0.1:3000; }
            }

        Try it
          gatehouse demo                          three backends and a proxy before them, in this terminal
          gatehouse demo --print                  the configuration of the demo
          gatehouse forward                       a forward proxy for this machine, at port 3128

        Run it
          gatehouse -t -c my.conf                 is this file right? every error at once, with its line
          gatehouse -c my.conf -g 'daemon off;'   stay in the foreground
          gatehouse -c my.conf                    go into the background

        Change it while it runs
          gatehouse -c my.conf -s reload          read the file anew; a bad one leaves the old one serving
          gatehouse -c my.conf -s reopen          open the logs anew, after they were rotated
          gatehouse -c my.conf -s quit            finish what runs, then end
          gatehouse -c my.conf -s stop            end at once

        Change its upstream groups, where the file has "control unix:PATH;"
          gatehouse -c my.conf upstream list
          gatehouse -c my.conf upstream show GROUP
          gatehouse -c my.conf upstream add GROUP ADDRESS [weight=N] …
          gatehouse -c my.conf upstream remove|drain|down|up GROUP SERVER
        Lead its canaries, and a new configuration on trial (reload_canary), in the same way
          gatehouse -c my.conf canary status
          gatehouse -c my.conf canary promote|hold|rollback NAME
          gatehouse canary replay JOURNAL         what a rollout decided, found again from its journal
          gatehouse -c my.conf reload status|adopt|withdraw

        The same by signals to the process in the pid file: HUP, USR1, QUIT, TERM.
        Relative paths: logs and roots start at the prefix, included files and certificates beside the configuration file.
        All directives: gatehouse --list-directives


        """
}
