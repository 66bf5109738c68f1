import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

extension ProxiedExchange {
    struct Result {
        var disposition: Disposition
        var outcome: PoolMachine.LeaseOutcome
    }

    /// Turns the upstream's answer into the exchange's and sends it.
    @inline(__always) func passOn() async -> Result {
        let status = exchange.upstreamLog.head.status
        if let inside = acceleratedRedirect() {
            isReusable = false
            return Result(disposition: inside, outcome: .succeeded)
        }
        if settings.interceptsErrors && status >= 300 && ErrorPages.hasPage(for: status, exchange) {
            if status == 401 { keepChallenges() }
            isReusable = false
            return Result(disposition: .status(status), outcome: .succeeded)
        }
        let length = BodyLength.ofResponse(
            status: status, isChunked: exchange.upstreamLog.head.isChunked, contentLength: exchange.upstreamLog.head.contentLength,
            requestMethod: upstreamMethod)
        fillResponse(length)
        if status == 101 { return await switchProtocols() }
        if let refused = HeadFilters.applyToPassed(exchange) {
            isReusable = false
            return Result(disposition: refused, outcome: .succeeded)
        }
        do throws(UpstreamFailure) {
            switch try passShort(length) {
            case .done: break
            case .unsent(let body):
                // All of it is here: the upstream need not wait for a slow client.
                let buffer = connection?.detachInput()
                defer { if let buffer { loop.buffers.giveBack(buffer) } }
                finishUpstream(.succeeded)
                try await finishSending(body)
            case .notYet: try await passBody(length)
            }
            return Result(disposition: .done, outcome: .succeeded)
        } catch {
            return cut(error)
        }
    }

    /// The answer broke off after its head went out: the client must not take it for whole.
    private func cut(_ failure: UpstreamFailure) -> Result {
        isReusable = false
        exchange.response.closesConnection = true
        let isClients = failure.disposition != nil
        log(isClients ? .info : .error, failure.reason)
        if isClients && !exchange.response.isStarted { exchange.response.status = 499 }
        if !isClients && !exchange.response.isStarted { return Result(disposition: .status(failure.kind.status), outcome: .failed) }
        return Result(disposition: .done, outcome: isClients ? .succeeded : .failed)
    }

    private var upstreamMethod: HTTPMethod {
        guard let method = settings.method else { return exchange.method }
        return HTTPMethod(exchange.render(method))
    }

    // MARK: Head

    private func fillResponse(_ length: BodyLength) {
        let status = exchange.upstreamLog.head.status
        exchange.response.clearHead()
        exchange.response.status = status
        exchange.response.reason = exchange.upstreamLog.head.reason
        addStickyCookie()
        // The list stays where it is: a copy of it costs more than looking at a field.
        for i in 0..<exchange.upstreamLog.head.fields.count {
            let field = exchange.upstreamLog.head.fields.fields[i]
            if !plan.hidden.contains(field, in: exchange.upstreamLog.head.fields.bytes) && !isRepeated(field, at: i) { take(field) }
        }
        if plan.passesDate { exchange.response.dateField = exchange.upstreamLog.head.fields.valueBytes(.date) }
        if plan.passesServer { exchange.response.serverField = exchange.upstreamLog.head.fields.valueBytes(.server) }
        switch length {
        case .none:
            exchange.response.hasNoBody = true
            exchange.response.contentLength = upstreamMethod == .head || status == 304 ? exchange.upstreamLog.head.contentLength : nil
        case .fixed(let count): exchange.response.contentLength = count
        case .chunked, .untilClose: exchange.response.contentLength = nil
        }
        if settings.forcesRanges { exchange.response.allowsRanges = true }
    }

    /// As nginx: of fields that make sense once only, the first counts.
    private func isRepeated(_ field: HeaderFields.Field, at i: Int) -> Bool {
        guard let id = field.id, exchange.upstreamLog.head.fields.mayRepeat(id), ProxiedExchange.singular.contains(id),
            exchange.upstreamLog.head.fields.firstIndex(of: id) != i
        else { return false }
        log(.warn, "upstream sent duplicate header line: \"\(id.canonical)\", ignored")
        return true
    }

    private static let singular = FieldNameSet([.status, .contentType, .date, .lastModified, .etag, .server, .location, .refresh, .expires])

    private func take(_ field: HeaderFields.Field) {
        switch field.id {
        case .contentLength, .date, .server: return
        case .contentType: exchange.response.contentType.replaceAll(with: value(of: field))
        case .lastModified: exchange.response.lastModified.replaceAll(with: value(of: field))
        case .location: exchange.response.location = UpstreamFieldRewriting.location(value(of: field), exchange, plan, destination)
        case .refresh:
            exchange.response.fields.append(.refresh, UpstreamFieldRewriting.refresh(value(of: field), exchange, plan, destination))
        case .setCookie: exchange.response.fields.append(.setCookie, UpstreamFieldRewriting.cookie(value(of: field), exchange))
        default: exchange.response.fields.append(field, from: exchange.upstreamLog.head.fields.bytes)
        }
    }

    private func value(of field: HeaderFields.Field) -> ArraySlice<UInt8> { exchange.upstreamLog.head.fields.bytes[field.value] }

    /// `X-Accel-Redirect`: the upstream names an internal URI that answers instead.
    private func acceleratedRedirect() -> Disposition? {
        guard exchange.upstreamLog.head.fields.contains(.xAccelLimitRate) || exchange.upstreamLog.head.fields.contains(.xAccelRedirect)
        else { return nil }
        let fields = exchange.upstreamLog.head.fields
        if let rate = fields.valueBytes(.xAccelLimitRate), !settings.ignoredHeaders.contains(.xAccelLimitRate), RateLimit.size(rate) != nil
        {
            exchange.limitRate = rate
        }
        guard !settings.ignoredHeaders.contains(.xAccelRedirect), let value = fields.valueBytes(.xAccelRedirect), !value.isEmpty
        else { return nil }
        keepFieldsForRedirect(fields)
        switch AcceleratedTarget(value) {
        case .named(let name): return .named(name)
        case .uri(let path, let arguments):
            exchange.method = exchange.method == .head ? .head : .get
            return .redirect(path: path, arguments: arguments)
        case nil:
            log(.error, "unsafe URI \"\(String(decoding: value, as: UTF8.self))\" was detected")
            return .status(404)
        }
    }

    /// As nginx, which has put it there before an answer came.
    private func addStickyCookie() {
        if let peer = leased, let cookie = group.stickiness?.cookie(for: peer, exchange) {
            exchange.response.fields.append(.setCookie, cookie)
        }
    }

    private func keepChallenges() {
        let fields = exchange.upstreamLog.head.fields
        for i in fields.indices(of: .wwwAuthenticate) { exchange.response.fields.append(at: i, of: fields) }
    }

    /// As nginx: these fields of the upstream survive an `X-Accel-Redirect`.
    private func keepFieldsForRedirect(_ fields: HeaderFields) {
        addStickyCookie()
        let kept = FieldNameSet([.contentType, .contentDisposition, .setCookie, .cacheControl, .expires, .acceptRanges])
        for i in 0..<fields.count where kept.contains(i, of: fields) {
            if fields.fields[i].id == .contentType {
                exchange.response.contentType = Array(fields.value(at: i))
            } else {
                exchange.response.fields.append(at: i, of: fields)
            }
        }
    }

    // MARK: Upgrade

    /// 101: from here on the two connections are one tunnel (RFC 9110 §7.8).
    private func switchProtocols() async -> Result {
        guard let connection else { return Result(disposition: .status(502), outcome: .failed) }
        let limits = TunnelMachine.Limits(silence: settings.readTimeout, send: settings.sendTimeout)
        let isCarried = await exchange.carryTunnel(to: connection.stream, fromUpstream: connection.detachInput(), limits: limits)
        return Result(disposition: .done, outcome: isCarried ? .succeeded : .failed)
    }
}

extension Array where Element == UInt8 {
    /// Takes other bytes into the storage there is.
    fileprivate mutating func replaceAll(with bytes: ArraySlice<UInt8>) {
        removeAll(keepingCapacity: true)
        append(contentsOf: bytes)
    }
}
