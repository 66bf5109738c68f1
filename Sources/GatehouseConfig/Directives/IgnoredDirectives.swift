/// Knobs of nginx's inside that have no counterpart here. They are accepted, so that configurations stay as they are.
enum IgnoredDirectives {
    static let rows: [DirectiveRow] = tables + memory + files + process

    private static let tables: [DirectiveRow] = [
        ("server_names_hash_max_size", DirectiveContexts.http), ("server_names_hash_bucket_size", .http),
        ("types_hash_max_size", .everyLevel), ("types_hash_bucket_size", .everyLevel),
        ("variables_hash_max_size", .http), ("variables_hash_bucket_size", .http),
    ].map { .ignored($0.0, $0.1, .exactly(1), because: "Tables have the size they need.") }

    private static let memory: [DirectiveRow] = [
        .ignored("connection_pool_size", [.http, .server], .exactly(1), because: "Connections have no memory pools."),
        .ignored("request_pool_size", [.http, .server], .exactly(1), because: "Requests have no memory pools."),
    ]

    private static let files: [DirectiveRow] = [
        .ignored("aio", .everyLevel, .exactly(1), because: "Files are read by sendfile or on threads of their own, as they need."),
        .ignored("aio_write", .everyLevel, .flag, because: "Temporary files are written on threads of their own."),
        .ignored("directio", .everyLevel, .exactly(1), because: "Files are read through the page cache."),
        .ignored("directio_alignment", .everyLevel, .exactly(1), because: "Files are read through the page cache."),
        .ignored("read_ahead", .everyLevel, .exactly(1), because: "The kernel reads ahead by itself."),
        .ignored("thread_pool", .main, .between(2, 3), repeats: true, because: "Blocking work has one pool of threads."),
    ]

    private static let process: [DirectiveRow] = [
        .ignored("pcre_jit", .main, .flag, because: "Regular expressions are Gatehouse's own and always compiled."),
        .ignored("accept_mutex", .events, .flag, because: "The kernel spreads connections over the loops."),
        DirectiveRow("multi_accept", .events, .flag, default: "off", "Takes all waiting connections at once.") { reader in
            reader.scope.main.acceptsMany = try reader.flag()
        },
        .ignored("use", .events, .exactly(1), because: "Events always come from epoll."),
    ]
}
