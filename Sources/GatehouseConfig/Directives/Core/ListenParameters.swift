/// The words after the address of `listen`.
enum ListenParameters {
    /// - Parameter isFirst: false for the further ports of a range: warnings come once.
    static func apply(_ index: Int, of reader: DirectiveReader, to listen: inout ListenSettings, isFirst: Bool) throws(ConfigurationError) {
        switch reader.string(index) {
        case "default_server", "default": listen.isDefaultServer = true
        case "ssl": listen.usesTLS = true
        case "proxy_protocol": listen.acceptsProxyProtocol = true
        case "socks5": listen.speaksSOCKS = true
        case "http2":
            listen.usesHTTP2 = true
            if isFirst {
                reader.warn("the \"listen ... http2\" directive is deprecated, use the \"http2\" directive instead", at: index)
            }
        case "quic": throw reader.fail("the \"quic\" parameter is not supported", at: index, hints: ["HTTP/3 is not in this version"])
        default:
            try applySocketOption(index, of: reader, to: &listen)
            listen.setsSocketOptions = true
            listen.binds = true
        }
    }

    /// Options of the socket itself: only one `listen` of an address may have any.
    private static func applySocketOption(_ index: Int, of reader: DirectiveReader, to listen: inout ListenSettings)
        throws(ConfigurationError)
    {
        let (key, value) = reader.keyValue(index)
        switch (key, value) {
        case ("bind", nil), ("multipath", nil): break
        case ("deferred", nil): listen.isDeferred = true
        case ("reuseport", nil): listen.reusesPort = true
        case ("accept_filter", _?): break
        case ("backlog", let value?): listen.backlog = try positive(value, key, index, reader)
        case ("fastopen", let value?): listen.fastOpen = try number(value, key, index, reader)
        case ("setfib", let value?): _ = try number(value, key, index, reader)
        case ("rcvbuf", let value?): listen.receiveBuffer = try size(value, key, index, reader)
        case ("sndbuf", let value?): listen.sendBuffer = try size(value, key, index, reader)
        case ("ipv6only", "on"?): listen.isIPv6Only = true
        case ("ipv6only", "off"?): listen.isIPv6Only = false
        case ("ipv6only", let value?) where value.hasPrefix("o"): throw reader.fail("invalid ipv6only flags \"\(value)\"", at: index)
        case ("so_keepalive", let value?): listen.keepalive = try keepalive(value, index, reader)
        default: throw reader.fail("invalid parameter \"\(reader.string(index))\"", at: index)
        }
    }

    private static func number(_ text: String, _ key: String, _ index: Int, _ reader: DirectiveReader) throws(ConfigurationError) -> Int {
        guard let value = Quantity.integer(text.utf8) else { throw invalid(key, index, reader) }
        return value
    }

    private static func positive(_ text: String, _ key: String, _ index: Int, _ reader: DirectiveReader) throws(ConfigurationError) -> Int {
        guard let value = Quantity.integer(text.utf8), value > 0 else { throw invalid(key, index, reader) }
        return value
    }

    private static func size(_ text: String, _ key: String, _ index: Int, _ reader: DirectiveReader) throws(ConfigurationError) -> Int {
        guard let value = Quantity.size(Array(text.utf8), allowsGiga: false) else { throw invalid(key, index, reader) }
        return value
    }

    private static func invalid(_ key: String, _ index: Int, _ reader: DirectiveReader) -> ConfigurationError {
        reader.fail("invalid \(key) \"\(reader.string(index))\"", at: index)
    }

    /// `on`, `off`, or `[idle]:[interval]:[count]` with at least one part.
    private static func keepalive(_ text: String, _ index: Int, _ reader: DirectiveReader) throws(ConfigurationError) -> SocketKeepalive {
        if text == "on" { return SocketKeepalive(isOn: true) }
        if text == "off" { return SocketKeepalive(isOn: false) }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Array($0.utf8) }
        let wrong = reader.fail("invalid so_keepalive value: \"\(text)\"", at: index)
        guard parts.count <= 3 else { throw wrong }
        let idle = parts[0].isEmpty ? nil : Quantity.duration(parts[0], wholeSeconds: true)
        let interval = parts.count < 2 || parts[1].isEmpty ? nil : Quantity.duration(parts[1], wholeSeconds: true)
        let count = parts.count < 3 || parts[2].isEmpty ? nil : Quantity.integer(parts[2])
        let given = parts.filter { !$0.isEmpty }.count
        let understood = (idle == nil ? 0 : 1) + (interval == nil ? 0 : 1) + (count == nil ? 0 : 1)
        guard given > 0, given == understood else { throw wrong }
        return SocketKeepalive(
            isOn: true, idle: idle.map { Int($0.components.seconds) }, interval: interval.map { Int($0.components.seconds) }, count: count)
    }
}
