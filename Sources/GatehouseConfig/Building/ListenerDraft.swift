/// An address while its `listen` directives are brought together.
struct ListenerDraft {
    private(set) var listen: ListenSettings
    private(set) var defaultServer: ServerConfiguration
    private(set) var servers: [ServerConfiguration]
    /// The protocols that later directives have to repeat, when any has changed them.
    private var settledProtocols: Protocols?
    private var protocolsChanged = false

    /// `ssl`, `http2` and `proxy_protocol`.
    private struct Protocols: OptionSet {
        let rawValue: Int
        static let proxyProtocol = Protocols(rawValue: 1)
        static let tls = Protocols(rawValue: 2)
        static let http2 = Protocols(rawValue: 4)

        init(rawValue: Int) { self.rawValue = rawValue }

        init(_ listen: ListenSettings) {
            self = []
            if listen.acceptsProxyProtocol { insert(.proxyProtocol) }
            if listen.usesTLS { insert(.tls) }
            if listen.usesHTTP2 { insert(.http2) }
        }
    }

    init(_ listen: ListenSettings, of server: ServerConfiguration) {
        self.listen = listen
        defaultServer = server
        servers = [server]
    }

    /// One more `listen` of the same address. Socket options may come from one of them only; protocols are those of all together.
    mutating func add(
        _ other: ListenSettings, of server: ServerConfiguration, _ diagnostics: DiagnosticCollection
    ) throws(ConfigurationError) {
        servers.append(server)
        let before = listen
        if other.setsSocketOptions {
            if before.setsSocketOptions {
                throw ConfigurationError("duplicate listen options for \(listen.address)", at: other.position, length: 6)
            }
            listen = other
        }
        listen.isDefaultServer = before.isDefaultServer || other.isDefaultServer
        if other.isDefaultServer {
            if before.isDefaultServer {
                throw ConfigurationError("a duplicate default server for \(listen.address)", at: other.position, length: 6)
            }
            defaultServer = server
        }
        if settleProtocols(Protocols(other), before: before, hasOptions: other.setsSocketOptions) {
            diagnostics.warn(
                ConfigurationError("protocol options redefined for \(listen.address)", at: other.position, length: 6))
        }
        listen.acceptsProxyProtocol = before.acceptsProxyProtocol || other.acceptsProxyProtocol
        listen.usesTLS = before.usesTLS || other.usesTLS
        listen.usesHTTP2 = before.usesHTTP2 || other.usesHTTP2
        listen.speaksSOCKS = before.speaksSOCKS || other.speaksSOCKS
    }

    /// - Returns: whether the directives disagree in a way worth a warning.
    private mutating func settleProtocols(_ new: Protocols, before: ListenSettings, hasOptions: Bool) -> Bool {
        let previous = Protocols(before)
        if !previous.isSuperset(of: new) {
            defer { (settledProtocols, protocolsChanged) = (previous, true) }
            return (before.setsSocketOptions && !hasOptions) || protocolsChanged || !new.isSuperset(of: previous)
        }
        let disagrees = settledProtocols.map { $0 != new } ?? false
        if !new.isSuperset(of: previous) {
            defer { (settledProtocols, protocolsChanged) = (new, true) }
            return hasOptions || disagrees
        }
        defer { settledProtocols = new }
        return (hasOptions && protocolsChanged) || disagrees
    }
}
