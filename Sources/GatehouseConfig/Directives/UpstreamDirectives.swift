import GatehousePolicy

/// `upstream` blocks: the servers of a group and how one is chosen.
enum UpstreamDirectives {
    static let rows: [DirectiveRow] =
        [
            DirectiveRow("upstream", .http, .block(1...1), repeats: true, "A named group of servers.", read: upstream),
            DirectiveRow("server", .upstream, .atLeast(1), repeats: true, "A server of the group.", read: server),
            DirectiveRow("zone", .upstream, .between(1, 2), "Names the group's state, for status pages.", read: zone),
            DirectiveRow(
                "queue", .upstream, .between(1, 2), default: "none", "Requests that wait when no server can take them.", read: queue),
            DirectiveRow("state", .upstream, .exactly(1), "File that keeps the servers when they are changed at run time.") {
                $0.scope.upstream.statePath = $0.path(0, .prefix)
            },
            StickyDirective.row,
        ] + methods + keeping

    private static let methods: [DirectiveRow] = [
        DirectiveRow("least_conn", .upstream, .none, "The server with the fewest connections for its weight.") { reader in
            choose(.leastConnections, reader)
        },
        DirectiveRow("ip_hash", .upstream, .none, "The same server for the same network of clients.") { reader in
            choose(.ipHash, reader)
        },
        DirectiveRow("least_time", .upstream, .between(1, 2), "The server that answers soonest, as far as is known.", read: leastTime),
        DirectiveRow("hash", .upstream, .between(1, 2), "The same server for the same text.", read: hash),
        DirectiveRow("random", .upstream, .between(0, 2), "Any server, or the better one of two.", read: random),
    ]

    private static let keeping: [DirectiveRow] = [
        DirectiveRow("keepalive", .upstream, .between(1, 2), default: "32 local", "Idle connections kept.", read: keepalive),
        DirectiveRow("keepalive_requests", .upstream, .exactly(1), default: "1000", "Requests on one connection.") { reader in
            reader.scope.upstream.keepaliveRequests = try reader.integer(0)
        },
        DirectiveRow("keepalive_time", .upstream, .exactly(1), default: "1h", "Age at which a connection is closed.") { reader in
            reader.scope.upstream.keepaliveTime = try reader.duration(0)
        },
        DirectiveRow("keepalive_timeout", .upstream, .exactly(1), default: "60s", "How long a connection may be idle.") { reader in
            reader.scope.upstream.keepaliveTimeout = try reader.duration(0)
        },
    ]

    /// Read at once, not after its siblings: a `proxy_pass` further in has to find the group wherever it stands.
    private static func upstream(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        let index = try reader.checked(try reader.scope.http.upstreams.declare(reader.string(0), at: reader.position))
        let inner = ConfigurationScope(.upstream, inside: reader.scope)
        inner.upstream = reader.scope.http.upstreams[index]
        let errors = reader.scope.shared.diagnostics.errors.count
        reader.readBlock(into: inner)
        reader.scope.http.upstreams[index] = inner.upstream
        // A server line that was refused has been reported already.
        if inner.upstream.servers.isEmpty && inner.upstream.statePath == nil && reader.scope.shared.diagnostics.errors.count == errors {
            throw reader.fail("no servers are inside upstream")
        }
    }

    private static func server(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        let words = reader.arguments.map(\.text)
        let method = reader.scope.upstream.method
        let server = try reader.checked(try UpstreamServerSettings(parsing: words, method: method, position: reader.position))
        reader.scope.upstream.servers.append(server)
    }

    private static func zone(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        if reader.bytes(0).isEmpty { throw reader.fail("invalid zone name \"\"", at: 0) }
        if reader.count == 2 {
            guard let size = Quantity.size(reader.bytes(1), allowsGiga: false) else {
                throw reader.fail("invalid zone size \"\(reader.string(1))\"", at: 1)
            }
            // Eight pages, nginx's least size of a shared zone; here its state takes what it needs.
            if size < 32768 { throw reader.fail("zone \"\(reader.string(0))\" is too small", at: 1) }
        }
        reader.scope.upstream.zone = reader.string(0)
    }

    private static func queue(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        guard let capacity = Quantity.integer(reader.bytes(0)), capacity > 0 else {
            throw reader.fail("invalid value \"\(reader.string(0))\" in \"queue\" directive", at: 0)
        }
        var queue = QueueSettings(capacity: capacity)
        if reader.count == 2 {
            let (key, value) = reader.keyValue(1)
            guard key == "timeout", let value, let timeout = Quantity.duration(Array(value.utf8)) else {
                throw reader.fail("invalid parameter \"\(reader.string(1))\"", at: 1)
            }
            queue.timeout = timeout
        }
        reader.scope.upstream.queue = queue
    }

    private static func choose(_ method: BalancingMethod, _ reader: DirectiveReader) {
        if reader.scope.upstream.method != .roundRobin { reader.warn("load balancing method redefined") }
        reader.scope.upstream.method = method
    }

    private static func hash(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        if reader.count == 2 && reader.string(1) != "consistent" {
            throw reader.fail("invalid parameter \"\(reader.string(1))\"", at: 1)
        }
        reader.scope.upstream.hashKey = try reader.template(0)
        choose(.hash(consistent: reader.count == 2), reader)
    }

    private static func random(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        if reader.count == 0 { return choose(.random(two: .off), reader) }
        if reader.string(0) != "two" { throw reader.fail("invalid parameter \"\(reader.string(0))\"", at: 0) }
        switch reader.count == 1 ? "least_conn" : reader.string(1) {
        case "least_conn": choose(.random(two: .leastConnections), reader)
        case "least_time=header": choose(.random(two: .leastTime(.header(inflight: false))), reader)
        case "least_time=last_byte": choose(.random(two: .leastTime(.lastByte(inflight: false))), reader)
        default: throw reader.fail("invalid parameter \"\(reader.string(1))\"", at: 1)
        }
    }

    private static func leastTime(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        if reader.count == 2 && reader.string(1) != "inflight" {
            throw reader.fail("invalid parameter \"\(reader.string(1))\"", at: 1)
        }
        let countsInflight = reader.count == 2
        let mode: BalancingMethod.LeastTimeMode = try reader.option(
            0, ["header": .header(inflight: countsInflight), "last_byte": .lastByte(inflight: countsInflight)])
        choose(.leastTime(mode), reader)
    }

    /// `local`: not shared between groups of equal servers; here no connections are.
    private static func keepalive(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        guard let count = Quantity.integer(reader.bytes(0)) else {
            throw reader.fail("invalid value \"\(reader.string(0))\" in \"keepalive\" directive", at: 0)
        }
        if reader.count == 2 && reader.string(1) != "local" { throw reader.fail("invalid parameter \"\(reader.string(1))\"", at: 1) }
        reader.scope.upstream.keepalive = count
    }
}
