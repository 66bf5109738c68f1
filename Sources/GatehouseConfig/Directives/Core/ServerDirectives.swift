/// What may be set at `http` and `server` level only.
enum ServerDirectives {
    static let rows: [DirectiveRow] = [
        DirectiveRow(
            "listen", .server, .atLeast(1), repeats: true, default: "*:80", "An address to accept connections on.", read: readListen),
        DirectiveRow(
            "server_name", .server, .atLeast(1), repeats: true, default: "\"\"", "Names of a virtual server.",
            read: ServerNameParsing.read),
        DirectiveRow("client_header_timeout", [.http, .server], .exactly(1), default: "60s", "Time for a whole request head.") {
            $0.scope.server.clientHeaderTimeout = try $0.duration(0)
        },
        DirectiveRow("client_header_buffer_size", [.http, .server], .exactly(1), default: "1k", "First buffer for a request head.") {
            $0.scope.server.clientHeaderBufferSize = try $0.size(0)
        },
        DirectiveRow(
            "large_client_header_buffers", [.http, .server], .exactly(2), default: "4 8k", "Buffers for long request lines and fields."
        ) {
            $0.scope.server.largeClientHeaderBuffers = try $0.buffers()
        },
        DirectiveRow("max_headers", [.http, .server], .exactly(1), default: "1000", "Most header fields of a request.") {
            $0.scope.server.maxHeaders = try $0.integer(0)
        },
        .flag(
            "ignore_invalid_headers", [.http, .server], server: \.ignoresInvalidHeaders, default: "on",
            "Drops fields with names that are no tokens."),
        .flag("merge_slashes", [.http, .server], server: \.mergesSlashes, default: "on", "Takes several slashes of a URI for one."),
        .flag(
            "underscores_in_headers", [.http, .server], server: \.underscoresInHeaders, default: "off",
            "Lets field names with underscores through."),
        DirectiveRow("http2", [.http, .server], .flag, default: "off", "Offers HTTP/2.") { reader in
            reader.scope.server.usesHTTP2 = try reader.flag()
            if reader.scope.server.usesHTTP2 { reader.warn("HTTP/2 is not in this version: clients are offered HTTP/1.1", at: 0) }
        },
    ]

    @Sendable private static func readListen(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        for listen in try ListenParsing(reader: reader).parse() {
            let isTwice = reader.scope.virtualServer.listens.contains { $0.address == listen.address }
            if isTwice { throw reader.fail("a duplicate listen \(listen.address)", at: 0) }
            reader.scope.virtualServer.listens.append(listen)
        }
    }
}
