import GatehouseWire
import Testing

extension EndToEnd {
    @Suite struct ForwardExitTests {
        private static func proxy(_ exit: String, to parent: ScriptedUpstream) throws -> ProxyUnderTest {
            try ProxyUnderTest(
                """
                upstream parents { server UPSTREAM; }
                forward_exit out \(exit);
                server { listen 127.0.0.1:1; forward_proxy on; forward_ports 1-65535; forward_connect_ports 1-65535;
                    forward_guard_allow 127.0.0.1; forward_rule exit out; }
                """, upstream: parent)
        }

        /// A SOCKS5 proxy that is the destination itself.
        private static func socks(_ reply: SOCKSReply = .succeeded, _ then: @escaping @Sendable (RawSocket) throws -> Void) throws
            -> ScriptedUpstream
        {
            try ScriptedUpstream { connection, _ in
                _ = try connection.readBytes(3)
                try connection.send([5, 0] as [UInt8])
                let name = Array("place.test".utf8)
                let request = try connection.readBytes(7 + name.count)
                guard Array(request[5..<(5 + name.count)]) == name else { return }
                try connection.send(reply.bytes)
                if reply == .succeeded { try then(connection) }
            }
        }

        @Test func `tunnels and plain requests pass over a SOCKS5 parent, which is given the name`() async throws {
            try await blocking {
                let parent = try Self.socks { connection in
                    let head = try connection.read(until: "\r\n\r\n")
                    try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n" + head.prefix(4))
                }
                let proxy = try Self.proxy("socks5://parents", to: parent)
                #expect(try proxy.ask("GET http://place.test/a HTTP/1.1\r\nHost: h\r\n\r\n").body == "GET ")
                let client = try proxy.connect()
                #expect(try client.ask("CONNECT place.test:443 HTTP/1.1\r\nHost: h\r\n\r\n", hasBody: false).status == 200)
                #expect(try client.ask("PING / HTTP/1.1\r\n\r\n").body == "PING")
            }
        }

        @Test func `an HTTP parent is asked with its own password`() async throws {
            try await blocking {
                let recorder = Recorder()
                let parent = try ScriptedUpstream { connection, _ in
                    recorder.add(try connection.readMessage())
                    try connection.send("HTTP/1.1 200 Fine\r\nContent-Length: 2\r\n\r\nok")
                }
                let proxy = try Self.proxy("http://parents user=u password=p", to: parent)
                #expect(try proxy.ask("GET http://place.test/a?b HTTP/1.1\r\nHost: h\r\n\r\n").body == "ok")
                #expect(try proxy.ask("CONNECT place.test:443 HTTP/1.1\r\nHost: h\r\n\r\n").status == 200)
                #expect(recorder.messages.map(\.startLine) == ["GET http://place.test/a?b HTTP/1.1", "CONNECT place.test:443 HTTP/1.1"])
                #expect(recorder.messages.allSatisfy { $0.value("Proxy-Authorization") == "Basic dTpw" })
            }
        }

        @Test(arguments: [
            (SOCKSReply.connectionRefused, 502, "connection_refused"), (.hostUnreachable, 502, "dns_error"),
            (.notAllowed, 403, "http_request_denied"),
        ])
        func `what a parent refuses is told with its reason`(reply: SOCKSReply, status: Int, error: String) async throws {
            try await blocking {
                let parent = try Self.socks(reply) { _ in }
                let proxy = try Self.proxy("socks5://parents", to: parent)
                for line in ["GET http://place.test/", "CONNECT place.test:443"] {
                    let answer = try proxy.ask("\(line) HTTP/1.1\r\nHost: h\r\n\r\n")
                    #expect(answer.status == status)
                    #expect(answer.value("Proxy-Status") == "gatehouse; error=\(error)")
                }
            }
        }

        @Test func `a parent that is dead, or ends early, is a bad gateway`() async throws {
            try await blocking {
                let parent = try ScriptedUpstream { connection, _ in _ = try connection.readBytes(1) }
                for exit in ["socks5://parents", "http://127.0.0.1:9"] {
                    let proxy = try Self.proxy(exit, to: parent)
                    #expect(try proxy.ask("CONNECT place.test:443 HTTP/1.1\r\nHost: h\r\n\r\n").status == 502)
                }
            }
        }

        @Test func `a direct exit starts from its address, and reaches no other family`() async throws {
            try await blocking {
                let upstream = try ScriptedUpstream.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                let bound = try Self.proxy("direct bind=127.0.0.3", to: upstream)
                #expect(try bound.ask("GET http://127.0.0.1:\(upstream.port)/ HTTP/1.1\r\nHost: h\r\n\r\n").status == 200)
                let other = try Self.proxy("direct bind=::1", to: upstream)
                let answer = try other.ask("GET http://127.0.0.1:\(upstream.port)/ HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(answer.status == 502)
                #expect(answer.value("Proxy-Status") == "gatehouse; error=destination_ip_unroutable")
            }
        }

        @Test func `literal private addresses are not asked of a parent`() async throws {
            try await blocking {
                let parent = try Self.socks { _ in }
                let proxy = try Self.proxy("socks5://parents", to: parent)
                #expect(try proxy.ask("CONNECT 10.0.0.1:443 HTTP/1.1\r\nHost: h\r\n\r\n").status == 403)
                #expect(parent.connectionCount == 0)
            }
        }
    }
}
