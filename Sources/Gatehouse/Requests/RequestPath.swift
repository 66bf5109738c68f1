import GatehouseConfig
import GatehousePolicy
import GatehouseWire

/// The way of a request, from its head to its log line. This is the table of contents of `Gatehouse`:
///
/// 1. `normalize`      the target becomes a path and arguments
/// 2. `realIP`         whose address the request is attributed to
/// 3. `serverRewrite`  the server level's `set`, `rewrite`, `if`, `return`
/// 4. `findLocation`   which location answers
/// 5. `rewrite`        the location's own rewriting; may go back to 4
/// 6. `limit`          limit_conn; of a forward proxy after 7
/// 7. `access`         allow, deny, auth_basic
/// 8. `tryFiles`       the first file that exists
/// 9. `mirror`         copies of the request begin their own way, for which nobody waits
/// 10. `content`       proxy, tunnel, forward proxy, PAC file, file, status page
/// 11. `finalize`      error pages, internal redirects; may go back to 4
/// 12. `log`
package enum RequestPath {
    /// Answers a request and logs it. Never throws: what goes wrong has become a status, a log line or a closed connection.
    @inline(__always) package static func serve(_ exchange: Exchange) async {
        var disposition = start(exchange)
        if disposition == nil { disposition = await walk(exchange, from: .server) }
        if let disposition, disposition != .done { await finalize(exchange, disposition) }
        exchange.generation.logAccess(exchange)
        exchange.connection.trialPart?.note(exchange)
    }

    /// Answers a request that was refused before it could be understood.
    package static func answer(_ exchange: Exchange, refusedWith status: Int) async {
        exchange.startTime = exchange.context.loop.now
        exchange.startWallClock = exchange.context.loop.wallClock
        await finalize(exchange, .status(status))
        exchange.generation.logAccess(exchange)
    }

    /// Answers a request that another one made; it begins where its URI is known.
    static func serve(subrequest exchange: Exchange) async {
        let disposition = await walk(exchange, from: .server)
        if disposition != .done { await finalize(exchange, disposition) }
        if exchange.location.settings.logsSubrequests { exchange.generation.logAccess(exchange) }
    }

    enum Entry { case server, location, afterRewrite }

    /// Steps 1 and 2. Returns an answer when the request ends there.
    private static func start(_ exchange: Exchange) -> Disposition? {
        exchange.startTime = exchange.context.loop.now
        exchange.startWallClock = exchange.context.loop.wallClock
        exchange.method = exchange.head.method
        if let refused = refuseConnect(exchange) { return refused }
        if let refused = normalize(exchange) { return refused }
        RealIPPhase.run(exchange)
        return nil
    }

    /// A CONNECT request for a server that opens no tunnels. As nginx, `tunnel_pass` opens none for HTTP/1.0; a forward proxy does, which the
    /// HTTP clients of Python before 3.12 ask for.
    private static func refuseConnect(_ exchange: Exchange) -> Disposition? {
        let isOldVersion = exchange.head.version != .http11 && !exchange.server.isForwardProxy
        guard exchange.method.isConnect, isOldVersion || !exchange.server.acceptsConnect else { return nil }
        exchange.generation.log(.info, "client sent CONNECT method", exchange)
        exchange.response.closesConnection = true
        return .status(405)
    }

    /// Step 1 (RFC 3986 §6.2.2, nginx's handling of `merge_slashes`, dots and escapes).
    private static func normalize(_ exchange: Exchange) -> Disposition? {
        if case .authority = exchange.head.form {
            exchange.path = [UInt8(ascii: "/")]
            return nil
        }
        let merges = exchange.server.settings.mergesSlashes
        // Not `originTarget` alone: that call copies the head.
        let target = exchange.head.pathStart == 0 ? exchange.head.target : exchange.head.originTarget
        guard exchange.uri.parse(target, mergesSlashes: merges) else {
            // What a path means is the destination's business.
            if exchange.isForwarded {
                exchange.path = [UInt8(ascii: "/")]
                return nil
            }
            exchange.generation.log(.info, "client sent invalid request target", exchange)
            exchange.response.closesConnection = true
            return .status(400)
        }
        exchange.uri.give(path: &exchange.path, args: &exchange.arguments)
        return nil
    }

    /// Steps 3 to 10, beginning at `entry`.
    static func walk(_ exchange: Exchange, from entry: Entry) async -> Disposition {
        if let answer = prepare(exchange, from: entry) { return answer }
        let isCounted = !exchange.isSubrequest && ConnectionLimitPhase.isNeeded(exchange)
        if isCounted, !exchange.isForwarded, let refused = ConnectionLimitPhase.run(exchange) { return refused }
        if !exchange.isSubrequest, AccessPhase.isNeeded(exchange), let refused = await AccessPhase.run(exchange) { return refused }
        if isCounted, exchange.isForwarded, let refused = ConnectionLimitPhase.run(exchange) { return refused }
        if exchange.location.settings.tryFiles != nil, !exchange.isForwarded, case .finish(let answer) = TryFilesPhase.run(exchange) {
            return answer
        }
        if MirrorPhase.isNeeded(exchange), let refused = await MirrorPhase.run(exchange) { return refused }
        return await content(exchange)
    }

    /// Steps 3 to 5, none of which waits for anything; `nil` goes on.
    private static func prepare(_ exchange: Exchange, from entry: Entry) -> Disposition? {
        if entry == .server, let answer = RewritePhase.run(exchange.server.settings.rewrite, exchange, atServerLevel: true) {
            switch answer {
            case .finish(let disposition): return disposition
            case .searchAgain: break
            }
        }
        if entry != .afterRewrite, let answer = findAndRewrite(exchange) { return answer }
        if let refused = LocationPhase.checkBodySize(exchange) { return refused }
        RealIPPhase.run(exchange)
        return nil
    }

    /// Steps 4 and 5; `nil` goes on.
    private static func findAndRewrite(_ exchange: Exchange) -> Disposition? {
        // As nginx: a rewrite that leads in circles is an error of the configuration.
        for _ in 0...10 {
            if let answer = LocationPhase.find(exchange) { return answer }
            switch RewritePhase.run(exchange.location.settings.rewrite, exchange, atServerLevel: false) {
            case nil: return nil
            case .finish(let disposition): return disposition
            case .searchAgain: continue
            }
        }
        exchange.generation.log(.error, "rewrite or internal redirection cycle while processing \"\(exchange.pathText)\"", exchange)
        return .status(500)
    }

    /// Step 10.
    @inline(__always) private static func content(_ exchange: Exchange) async -> Disposition {
        switch exchange.location.settings.handler {
        case .proxy:
            if let passing = ProxyHandler.begin(exchange) { return await passing.run() }
            return await ProxyHandler.answer(exchange)
        case .stubStatus: return await StatusPageHandler.answer(exchange)
        case .tunnel(let target): return await TunnelHandler.answer(target, exchange)
        case .forward: return await ForwardHandler.answer(exchange)
        case .autoConfiguration(let route): return await AutoConfigurationHandler.answer(route: route, exchange)
        case nil: return await FileHandler.answer(exchange)
        }
    }

    /// Step 11: turns what a phase decided into an answer, through error pages and internal redirects, until one is sent.
    static func finalize(_ exchange: Exchange, _ first: Disposition) async {
        var disposition = first
        while true {
            switch disposition {
            case .done: return
            case .close:
                exchange.response.closesConnection = true
                exchange.response.status = 444
                return
            case .status(let status):
                disposition = await ErrorPages.answer(exchange, status: status)
            case .text(let status, let text):
                if let refused = await exchange.dismissBody() {
                    disposition = refused
                    continue
                }
                // After an X-Accel-Redirect the upstream's type stays.
                let type = exchange.response.contentType.isEmpty ? exchange.mediaType() : exchange.response.contentType
                disposition = await exchange.answer(status: exchange.overridingStatus(status), contentType: type, text: text)
            case .redirect(let path, let arguments):
                guard countRedirect(exchange) else {
                    disposition = .status(500)
                    continue
                }
                exchange.path = path
                exchange.arguments = arguments
                exchange.isTargetUntouched = false
                exchange.pathMatchesLocation = true
                exchange.isInternal = true
                exchange.upstreamLog.startsNewGroup = true
                exchange.location = exchange.server.root
                disposition = await walk(exchange, from: .server)
            case .named(let name):
                guard countRedirect(exchange) else {
                    disposition = .status(500)
                    continue
                }
                disposition = await enterNamed(name, exchange)
            }
        }
    }

    private static func enterNamed(_ name: String, _ exchange: Exchange) async -> Disposition {
        guard let location = exchange.server.namedLocations[name] else {
            exchange.generation.log(.error, "could not find named location \"\(name)\"", exchange)
            return .status(500)
        }
        exchange.isInternal = true
        exchange.upstreamLog.startsNewGroup = true
        exchange.location = location
        switch RewritePhase.run(location.settings.rewrite, exchange, atServerLevel: false) {
        case nil: return await walk(exchange, from: .afterRewrite)
        case .finish(let disposition): return disposition
        case .searchAgain: return await walk(exchange, from: .location)
        }
    }

    /// - Returns: whether another internal redirect is allowed (nginx allows ten).
    private static func countRedirect(_ exchange: Exchange) -> Bool {
        exchange.internalRedirects += 1
        if exchange.internalRedirects <= 10 { return true }
        if exchange.internalRedirects == 11 {
            exchange.generation.log(
                .error, "rewrite or internal redirection cycle while internally redirecting to \"\(exchange.pathText)\"", exchange)
        }
        return false
    }
}

/// What a phase or a handler decided about the answer.
package enum Disposition: Equatable {
    /// The answer was sent, or the client is gone.
    case done
    /// An answer with this status, shaped by `error_page`.
    case status(Int)
    /// Answer with this text; its type is the location's default.
    case text(status: Int, [UInt8])
    /// Start over with another URI, inside.
    case redirect(path: [UInt8], arguments: [UInt8])
    /// Go on in a named location.
    case named(String)
    /// Close without a word (nginx's 444).
    case close
}
