/// The configuration of the demo: ordinary text that could stand in any file.
struct DemoConfiguration: Equatable {
    static let certificate = "demo-certificate.pem"
    static let key = "demo-key.pem"
    private static let names = ["one", "two", "three"]

    let port: Int
    let tlsPort: Int
    /// Ports of the backends.
    let backends: [Int]
    /// Where temporary files and the pid file go; with a slash at the end.
    let directory: String

    var path: String { directory + "demo.conf" }

    var text: String {
        """
        # One process in the foreground; Ctrl-C ends it.
        daemon off;
        master_process off;
        worker_processes auto;
        error_log stderr warn;
        pid \(directory)gatehouse.pid;

        events {}

        http {
            access_log off;

            upstream backends {
                least_conn;
        \(servers)
            }

            # The proxy.
            server {
                listen \(port);
                listen \(tlsPort) ssl;
                server_name localhost;

                # Made when the demo starts.
                ssl_certificate     \(Self.certificate);
                ssl_certificate_key \(Self.key);

                location / {
                    proxy_pass         http://backends;
                    proxy_set_header   Host $host;
                    proxy_set_header   X-Real-IP $remote_addr;
                    proxy_set_header   X-Forwarded-For $proxy_add_x_forwarded_for;
                    proxy_set_header   X-Forwarded-Proto $scheme;
                    add_header         X-Upstream $upstream_addr;
                }

                location = /status {
                    stub_status;
                }
            }

            # Three small backends. Each says who it is.
        \(backendBlocks)
        }

        """
    }

    private var servers: String {
        backends.map { "        server 127.0.0.1:\($0);" }.joined(separator: "\n")
    }

    private var backendBlocks: String {
        zip(Self.names, backends).map { name, port in
            """
                server {
                    listen 127.0.0.1:\(port);
                    default_type text/plain;
                    location / {
                        return 200 "backend \(name) answers $request_method $request_uri for $http_x_forwarded_for over $http_x_forwarded_proto\\n";
                    }
                }
            """
        }.joined(separator: "\n")
    }

    /// What the terminal shows once clients can connect.
    var invitation: String {
        """
        Gatehouse is running with three backends behind it. Try, in another terminal:

            curl -i http://localhost:\(port)/hello          # X-Upstream says who answered
            for i in 1 2 3 4 5 6; do curl -s http://localhost:\(port)/; done
            curl -k https://localhost:\(tlsPort)/hello         # TLS, with a certificate made just now
            curl http://localhost:\(port)/status

        gatehouse demo --print shows the configuration. Ctrl-C ends the demo.


        """
    }
}
