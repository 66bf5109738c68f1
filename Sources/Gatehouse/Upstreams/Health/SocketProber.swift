import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import GatehouseTLS
import GatehouseWire
import Glibc

/// Probes a peer over TCP, TLS and HTTP/1 on an event loop. Whatever the peer sends, a probe ends in time and keeps little of it.
final class SocketProber: PeerProber {
    /// More interim answers than this before the final one are a fault.
    private static let mostInterimAnswers = 32

    private let plans: [HealthCheckPlan]
    private let group: UpstreamGroup
    private let peer: UpstreamPeer
    private let loop: EventLoop
    /// With `keepalive_time`, one for each check.
    private var kept: [UpstreamConnection?]

    init(_ plans: [HealthCheckPlan], group: UpstreamGroup, peer: UpstreamPeer, loop: EventLoop) {
        self.plans = plans
        self.group = group
        self.peer = peer
        self.loop = loop
        kept = plans.map { _ in nil }
    }

    func close() {
        for place in kept.indices {
            kept[place]?.close()
            kept[place] = nil
        }
    }

    func probe(_ check: Int) async -> ProbeOutcome {
        let deadline = loop.now + plans[check].timeouts.whole
        if let old = takeKept(check) {
            let outcome = await ask(old, check, deadline: deadline)
            if outcome == .passed || Task.isCancelled { return outcome }
            // It may be the connection that has come to its end: a fresh one tells.
        }
        do throws(UpstreamFailure) {
            let connection = try await connect(check, deadline: deadline)
            if plans[check].kind == .http { return await ask(connection, check, deadline: deadline) }
            connection.close()
            return .passed
        } catch {
            return outcome(of: error)
        }
    }

    private func takeKept(_ check: Int) -> UpstreamConnection? {
        guard let connection = kept[check] else { return nil }
        kept[check] = nil
        let isYoung = loop.now - connection.openedAt <= plans[check].keepaliveTime ?? .zero
        if isYoung && !connection.stream.socket.hasPeerClosed { return connection }
        connection.close()
        return nil
    }

    private func outcome(of failure: UpstreamFailure) -> ProbeOutcome {
        if Task.isCancelled || failure.disposition != nil { return .abandoned }
        return .failed(failure.reason)
    }

    // MARK: Connecting

    private func connect(_ check: Int, deadline: MonotonicInstant) async throws(UpstreamFailure) -> UpstreamConnection {
        let plan = plans[check]
        let deadline = min(deadline, loop.now + plan.timeouts.connect)
        let socket: Socket
        do throws(SocketError) {
            socket = try await Socket.connect(
                to: plan.address(of: peer), from: plan.source, options: plan.options, on: loop, deadline: deadline)
        } catch {
            var failure = UpstreamFailure(.socket(error), while: "connecting")
            // Not the peer's fault: this process, or the system, has no descriptors.
            if error.code == EMFILE || error.code == ENFILE { failure.disposition = .status(500) }
            throw failure
        }
        let stream = ByteStream(socket: socket, loop: loop)
        let connection = UpstreamConnection(stream: stream, group: group, peer: peer, identity: [], keeper: nil, now: loop.now)
        guard let tls = plan.tls else { return connection }
        do throws(UpstreamFailure) {
            try await startTLS(tls, plan, stream, deadline: deadline)
        } catch {
            connection.close()
            throw error
        }
        return connection
    }

    private func startTLS(
        _ tls: ProxyTLS, _ plan: HealthCheckPlan, _ stream: ByteStream, deadline: MonotonicInstant
    ) async throws(UpstreamFailure) {
        let connection: TLSConnection
        do throws(TLSError) {
            connection = try tls.makeConnection(name: plan.tlsName, session: nil, certificate: nil)
        } catch {
            throw UpstreamFailure(.error, "\(error.message) while SSL handshaking")
        }
        do throws(StreamError) {
            try await stream.startTLS(connection, deadline: deadline)
        } catch {
            throw UpstreamFailure(error, while: "SSL handshaking")
        }
    }

    // MARK: Asking

    /// One request and its answer; the connection is kept or closed afterwards.
    private func ask(_ connection: UpstreamConnection, _ check: Int, deadline: MonotonicInstant) async -> ProbeOutcome {
        var isReusable = false
        defer {
            connection.giveBackInput()
            if isReusable { kept[check] = connection } else { connection.close() }
        }
        do throws(SocketError) {
            return try await connection.stream.socket.cancelledWithTask { () async throws(SocketError) in
                do throws(UpstreamFailure) {
                    let start = loop.now
                    try await send(check, on: connection, deadline: deadline)
                    let head = try await readHead(check, on: connection, deadline: deadline)
                    if let reason = plans[check].mismatch(head, from: peer, after: loop.now - start) { return ProbeOutcome.failed(reason) }
                    let isEnded = try await examineBody(head, check, on: connection, deadline: deadline)
                    isReusable = isEnded && head.keepsAlive && plans[check].keepaliveTime != nil
                    return .passed
                } catch {
                    return outcome(of: error)
                }
            }
        } catch {
            return .abandoned
        }
    }

    private func send(_ check: Int, on connection: UpstreamConnection, deadline: MonotonicInstant) async throws(UpstreamFailure) {
        let out = loop.buffers.borrow(plans[check].request.count)
        defer { loop.buffers.giveBack(out) }
        out.append(plans[check].request)
        connection.requests += 1
        do throws(StreamError) {
            try await connection.stream.send(out, deadline: min(deadline, loop.now + plans[check].timeouts.send))
        } catch {
            throw UpstreamFailure(error, while: "sending the request")
        }
    }

    private func readHead(
        _ check: Int, on connection: UpstreamConnection, deadline: MonotonicInstant
    ) async throws(UpstreamFailure) -> ResponseHead {
        for _ in 0...Self.mostInterimAnswers {
            let head = try await readOneHead(check, on: connection, deadline: deadline)
            if head.status == 101 { throw UpstreamFailure(.invalidHeader, "unexpected 101 Switching Protocols") }
            if head.status >= 200 { return head }
        }
        throw UpstreamFailure(.invalidHeader, "too many interim responses")
    }

    private func readOneHead(
        _ check: Int, on connection: UpstreamConnection, deadline: MonotonicInstant
    ) async throws(UpstreamFailure) -> ResponseHead {
        var limits = ResponseHeadParser.Limits()
        limits.totalBytes = plans[check].headLimit
        var parser = ResponseHeadParser(limits: limits)
        var head = ResponseHead()
        let buffer = connection.takeInput(max(limits.totalBytes, 4096))
        while true {
            switch buffer.isEmpty ? .needMore : parser.parse(buffer.readable, into: &head) {
            case .complete(let consumed):
                buffer.consume(consumed)
                return head
            case .rejected(let error): throw UpstreamFailure(.invalidHeader, error.reason)
            case .needMore: break
            }
            let count: Int
            do throws(StreamError) {
                let deadline = min(deadline, loop.now + plans[check].timeouts.read)
                count = try await connection.stream.receive(into: buffer, limit: limits.totalBytes, deadline: deadline)
            } catch {
                throw UpstreamFailure(error, while: "reading the response header")
            }
            if count == 0 { throw UpstreamFailure(.error, "the connection was closed before the response header was complete") }
        }
    }

    // MARK: The body

    /// Reads the body as far as it is looked at, or as the connection is to be used again.
    /// - Returns: whether all of it came, and nothing behind it.
    private func examineBody(
        _ head: ResponseHead, _ check: Int, on connection: UpstreamConnection, deadline: MonotonicInstant
    ) async throws(UpstreamFailure) -> Bool {
        let match = plans[check].match
        guard match.needsBody || plans[check].keepaliveTime != nil else { return false }
        let buffer = loop.buffers.borrow(4096)
        defer { loop.buffers.giveBack(buffer) }
        var isClean = true
        if let body = UpstreamBody(BodyLength.ofResponse(head: head, requestMethod: .get), on: connection) {
            while !body.isEnded && buffer.count < ResponseMatch.examinedBody {
                let room = ResponseMatch.examinedBody - buffer.count
                if try body.readNow(into: buffer, limit: room) != nil { continue }
                do throws(StreamError) {
                    try await connection.stream.waitReadable(deadline: min(deadline, loop.now + plans[check].timeouts.read))
                } catch {
                    throw UpstreamFailure(error, while: "reading the response body")
                }
            }
            isClean = body.isEnded && body.isClean
        }
        let examined = buffer.readable.extracting(0..<min(buffer.count, ResponseMatch.examinedBody))
        if let reason = match.mismatch(body: examined) { throw UpstreamFailure(.invalidHeader, reason) }
        return isClean
    }
}
