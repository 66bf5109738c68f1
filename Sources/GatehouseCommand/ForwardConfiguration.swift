/// The configuration of `gatehouse forward`: ordinary text, to begin a file of one's own with.
struct ForwardConfiguration: Equatable {
    let arguments: ForwardArguments
    /// Where the pid file and the users go; with a slash at the end.
    let directory: String

    var path: String { directory + "forward.conf" }
    var userFilePath: String { directory + "users" }

    /// As `auth_basic_user_file` reads it.
    var userFile: String {
        arguments.users.map { user in
            let colon = user.firstIndex(of: ":") ?? user.endIndex
            return "\(user[..<colon]):{PLAIN}\(user[colon...].dropFirst())\n"
        }.joined()
    }

    var text: String {
        """
        # One process in the foreground; Ctrl-C ends it.
        daemon off;
        master_process off;
        worker_processes auto;
        error_log stderr error;
        pid \(directory)gatehouse.pid;

        events {}

        http {
            access_log off;
            server_tokens off;

            server {
        \(lines.map { "        \($0)\n" }.joined())    }
        }

        """
    }

    private var lines: [String] {
        let address = arguments.isLocal ? "127.0.0.1:" : ""
        var lines = ["listen \(address)\(arguments.port);"]
        if let socks = arguments.socksPort { lines.append("listen \(address)\(socks) socks5;") }
        if !arguments.allowed.isEmpty { lines += arguments.allowed.map { "allow \($0);" } + ["deny all;"] }
        if !arguments.users.isEmpty { lines += ["auth_basic proxy;", "auth_basic_user_file \(userFilePath);"] }
        lines.append("forward_proxy on;")
        if !arguments.connectPorts.isEmpty { lines.append("forward_connect_ports \(arguments.connectPorts.joined(separator: " "));") }
        if arguments.anonymity != "off" { lines.append("forward_anonymize \(arguments.anonymity);") }
        return lines
    }

    var invitation: String {
        let socks = arguments.socksPort.map { "    curl --socks5-hostname localhost:\($0) https://example.com/\n" } ?? ""
        return """
            A forward proxy \(arguments.isLocal ? "for this machine only: say --allow NETWORK or --user NAME:PASSWORD for others" : "")
                curl -x http://localhost:\(arguments.port) https://example.com/
            \(socks)    gatehouse forward --print    shows its configuration; Ctrl-C ends it

            """
    }
}
