import GatehouseConfig
import GatehouseRuntime
import GatehouseWire

/// `auth_basic`: who the client says it is, and whether that is so.
enum AuthenticationPhase {
    /// - Returns: an answer when the request is refused: 401, or 407 where the question is about the use of a proxy.
    static func run(_ exchange: Exchange) async -> Disposition? {
        guard let realm = exchange.location.settings.authentication.realm.map({ exchange.render($0) }), realm != Array("off".utf8),
            let file = exchange.location.settings.authentication.userFile
        else { return nil }
        guard let credentials = exchange.credentials else {
            exchange.generation.log(.info, "no user/password was provided for basic authentication", exchange)
            return challenge(exchange, realm)
        }
        let path = exchange.beside(exchange.renderText(file))
        switch await exchange.generation.users.check(credentials, in: path) {
        case .passed:
            exchange.authenticatedUser = credentials.user
            return nil
        case .unknownUser:
            log("user \"\(String(decoding: credentials.user, as: UTF8.self))\" was not found in \"\(path)\"", exchange)
        case .mismatch: log("user \"\(String(decoding: credentials.user, as: UTF8.self))\": password mismatch", exchange)
        case .noFile:
            log("open() \"\(path)\" failed (2: No such file or directory)", exchange)
            return .status(403)
        case .failed(let reason):
            exchange.generation.log(.crit, reason, exchange)
            return .status(500)
        }
        return challenge(exchange, realm)
    }

    private static func log(_ message: String, _ exchange: Exchange) { exchange.generation.log(.error, message, exchange) }

    private static func challenge(_ exchange: Exchange, _ realm: [UInt8]) -> Disposition {
        let value = Array("Basic realm=\"".utf8) + realm + [UInt8(ascii: "\"")]
        exchange.response.fields.append(exchange.asksProxy ? .proxyAuthenticate : .wwwAuthenticate, value)
        if exchange.asksProxy && exchange.isForwarded { exchange.proxyError = .requestDenied }
        return .status(exchange.asksProxy ? 407 : 401)
    }

    /// `auth_delay`: makes guessing slow.
    static func delay(_ exchange: Exchange) async {
        let time = exchange.location.settings.authentication.delay
        // Who says nothing guesses nothing: browsers ask a proxy without a password first, and are not to wait for the question.
        guard time > .zero, exchange.credentials != nil || !exchange.isForwarded else { return }
        guard let socket = exchange.client.watchedSocket else { return }
        // Ends early when the client leaves or the server stops: then nobody is there to be told anything.
        _ = try? await Socket.waitForAny(socket, .reset, socket, .reset, deadline: exchange.context.loop.now + time)
    }
}

extension Exchange {
    /// The request is to a proxy, which has fields of its own for credentials (RFC 9110 §11.7); also where a page of the proxy's own
    /// tells why it is refused.
    var asksProxy: Bool { head.method == .connect || server.isForwardProxy && head.namesDestination }

    /// Relative paths begin beside the configuration, as nginx has it for some of its files.
    fileprivate func beside(_ path: String) -> String { path.hasPrefix("/") ? path : generation.configuration.directory + path }

    /// What the client says who it is; `nil` where it says nothing.
    var credentials: BasicCredentials? {
        BasicCredentials(asksProxy ? .proxyAuthorization : .authorization, of: head.fields)
    }
}
