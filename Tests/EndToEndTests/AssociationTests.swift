import GatehouseWire
import Testing

extension EndToEnd {
    @Suite struct AssociationTests {
        private static func proxy(
            _ extra: String = "", allowed: String = "127.0.0.0/8", ports: String = "1024-65535"
        ) throws -> ProxyUnderTest {
            try ProxyUnderTest(
                """
                forward_exit away socks5://127.0.0.1:9;
                forward_exit here direct bind=127.0.0.5;
                server { listen 127.0.0.1:1 socks5; forward_proxy on; forward_guard_allow \(allowed);
                    forward_udp_ports \(ports); \(extra) }
                """)
        }

        /// A client with an association, and where its datagrams go.
        private struct Client {
            /// It ends with its last user.
            let proxy: ProxyUnderTest
            let control: RawSocket
            let socket: RawDatagrams
            let relay: UInt16

            init(_ proxy: ProxyUnderTest) throws {
                self.proxy = proxy
                control = try proxy.connect()
                socket = try RawDatagrams()
                try control.send([5, 1, 0, 5, 3, 0, 1, 0, 0, 0, 0, 0, 0] as [UInt8])
                let reply = try control.readBytes(12)
                #expect(reply.prefix(10) == [5, 0, 5, 0, 0, 1, 127, 0, 0, 1])
                relay = UInt16(reply[10]) << 8 | UInt16(reply[11])
            }

            func send(_ text: String, to address: [UInt8] = [1, 127, 0, 0, 1], port: UInt16, fragment: UInt8 = 0) throws {
                let head = [0, 0, fragment] + address + [UInt8(port >> 8), UInt8(truncatingIfNeeded: port)]
                try socket.send(head + Array(text.utf8), to: relay)
            }

            /// The text of the next answer.
            func receive(from port: UInt16) throws -> String {
                let (bytes, sender) = try socket.receive()
                #expect(sender == relay)
                #expect(bytes.prefix(10) == [0, 0, 0, 1, 127, 0, 0, 1, UInt8(port >> 8), UInt8(truncatingIfNeeded: port)])
                return String(decoding: bytes.dropFirst(10), as: UTF8.self)
            }
        }

        private static func name(_ name: String) -> [UInt8] { [3, UInt8(name.utf8.count)] + Array(name.utf8) }

        @Test(arguments: [[1, 127, 0, 0, 1], name("127.0.0.1"), name("LocalHost")] as [[UInt8]])
        func `datagrams pass there and back, with addresses and names`(address: [UInt8]) async throws {
            try await blocking {
                let server = try RawDatagrams()
                let client = try Client(Self.proxy())
                for word in ["one", "", "three"] {
                    try client.send(word, to: address, port: server.port)
                    let (bytes, sender) = try server.receive()
                    #expect(String(decoding: bytes, as: UTF8.self) == word)
                    try server.send(Array("\(word)!".utf8), to: sender)
                    #expect(try client.receive(from: server.port) == "\(word)!")
                }
            }
        }

        @Test func `one association reaches many, and big datagrams pass whole`() async throws {
            try await blocking {
                let servers = [try RawDatagrams(), try RawDatagrams(), try RawDatagrams()]
                let client = try Client(Self.proxy())
                let word = String(repeating: "x", count: 60_000)
                for server in servers { try client.send(word, port: server.port) }
                for server in servers {
                    let (bytes, sender) = try server.receive()
                    #expect(bytes.count == 60_000)
                    try server.send(bytes, to: sender)
                    #expect(try client.receive(from: server.port) == word)
                }
            }
        }

        @Test(arguments: [
            ("forward_rule deny domain=127.0.0.1;", "127.0.0.0/8", "1024-65535", "is refused by the rule"),
            ("forward_rule deny address=127.0.0.1;", "127.0.0.0/8", "1024-65535", "is refused by the rule"),
            ("", "10.0.0.0/8", "1024-65535", "does not connect to 127.0.0.1 (loopback)"),
            ("", "127.0.0.0/8", "53", "refuses datagrams to"),
            ("forward_rule exit away;", "127.0.0.0/8", "1024-65535", "cannot pass over a parent proxy"),
        ])
        func `what a tunnel may not reach datagrams may not either`(extra: String, allowed: String, ports: String, reason: String)
            async throws
        {
            try await blocking {
                let server = try RawDatagrams()
                let proxy = try Self.proxy(extra, allowed: allowed, ports: ports)
                let client = try Client(proxy)
                try client.send("no", port: server.port)
                for _ in 0..<5000 where !proxy.errorLog.contains(reason) { #expect(try !server.hasDatagram(within: 1)) }
                #expect(proxy.errorLog.contains(reason))
            }
        }

        @Test func `only the client's datagrams are taken, and only answers of whom it has asked`() async throws {
            try await blocking {
                let (server, stranger) = (try RawDatagrams(), try RawDatagrams())
                let client = try Client(Self.proxy())
                try client.send("first", port: server.port)
                let (_, outside) = try server.receive()
                let head: [UInt8] = [0, 0, 0, 1, 127, 0, 0, 1, UInt8(server.port >> 8), UInt8(truncatingIfNeeded: server.port)]
                try stranger.send(head + Array("forged".utf8), to: client.relay)
                try stranger.send(Array("unasked".utf8), to: outside)
                try client.send("fragment", port: server.port, fragment: 1)
                try client.socket.send([0, 0, 0, 9], to: client.relay)
                try client.send("second", port: server.port)
                #expect(try server.receive().bytes == Array("second".utf8))
                try server.send(Array("answer".utf8), to: outside)
                #expect(try client.receive(from: server.port) == "answer")
            }
        }

        @Test func `it starts from the address of its exit`() async throws {
            try await blocking {
                let server = try RawDatagrams()
                let client = try Client(Self.proxy("forward_rule exit here;"))
                try client.send("hello", port: server.port)
                #expect(try server.receive().bytes == Array("hello".utf8))
            }
        }

        @Test func `it ends with the connection, after silence, and with the server's word to the client`() async throws {
            try await blocking {
                let silent = try Client(Self.proxy("forward_udp_timeout 100ms;"))
                #expect(try silent.control.readBytesToGone().isEmpty)

                let proxy = try Self.proxy("forward_udp_associations 8 1;")
                var first: Client? = try Client(proxy)
                let refused = try proxy.connect()
                try refused.send([5, 1, 0, 5, 3, 0, 1, 0, 0, 0, 0, 0, 0] as [UInt8])
                #expect(try refused.readBytesToGone() == [5, 0] + SOCKSReply.generalFailure.bytes)
                first?.control.close()
                first = nil
                // The place is free again as soon as the proxy has seen the end.
                var reply: [UInt8] = []
                for _ in 0..<3000 where reply.count < 4 || reply[3] != 0 {
                    let next = try proxy.connect()
                    try next.send([5, 1, 0, 5, 3, 0, 1, 0, 0, 0, 0, 0, 0] as [UInt8])
                    reply = try next.readBytes(12)
                }
                #expect(reply.prefix(4) == [5, 0, 5, 0])
            }
        }

        @Test func `whoever speaks on the connection afterwards ends it`() async throws {
            try await blocking {
                let client = try Client(Self.proxy())
                try client.control.send("what")
                #expect(try client.control.readBytesToGone().isEmpty)
            }
        }

        @Test(arguments: ["", "forward_udp_ports off;"])
        func `without ports there is no association`(extra: String) async throws {
            try await blocking {
                let proxy = try ProxyUnderTest("server { listen 127.0.0.1:1 socks5; forward_proxy on; \(extra) }")
                let client = try proxy.connect()
                try client.send([5, 1, 0, 5, 3, 0, 1, 0, 0, 0, 0, 0, 0] as [UInt8])
                #expect(try client.readBytesToGone() == [5, 0] + SOCKSReply.commandNotSupported.bytes)
            }
        }

        @Test(arguments: [("deny all;", SOCKSReply.notAllowed), ("forward_methods GET;", .notAllowed)])
        func `who may not use the proxy gets no association`(extra: String, reply: SOCKSReply) async throws {
            try await blocking {
                let proxy = try Self.proxy(extra)
                let client = try proxy.connect()
                try client.send([5, 1, 0, 5, 3, 0, 1, 0, 0, 0, 0, 0, 0] as [UInt8])
                #expect(try client.readBytesToGone() == [5, 0] + reply.bytes)
            }
        }

        @Test func `a flood of destinations leaves the association alive`() async throws {
            try await blocking {
                let server = try RawDatagrams()
                let client = try Client(Self.proxy("forward_rule deny domain=.flood.test;"))
                for number in 0..<500 { try client.send("x", to: Self.name("n\(number).flood.test"), port: 9000) }
                // What comes while too many are judged is dropped, so it is sent until it arrives.
                var heard = false
                for _ in 0..<100 where !heard {
                    try client.send("alive", port: server.port)
                    heard = try server.hasDatagram(within: 100)
                }
                #expect(heard)
            }
        }
    }
}
