import GatehouseConfig
import GatehouseRuntime
import GatehouseWire

/// Somebody who knows whether certificates were revoked, asked over HTTP/1.0 (RFC 6960 appendix A).
struct OCSPResponder: Sendable {
    /// For all of it: lookup, connection, question and answer.
    static let timeout = Duration.seconds(60)

    let url: String
    private let host: String
    private let port: Int
    private let authority: [UInt8]
    private let path: [UInt8]

    /// `nil` where the URL is no `http://` one.
    init?(_ url: String) {
        guard let parsed = ProxyURL(Array(url.utf8)), !parsed.usesTLS, !parsed.isUnix else { return nil }
        self.url = url
        host = String(decoding: parsed.host, as: UTF8.self)
        port = parsed.port
        authority = parsed.authority
        path = parsed.uri ?? [UInt8(ascii: "/")]
    }

    /// Asks by a task of `loop`. Suspends until the answer is whole.
    /// - Returns: the body of an answer with status 200.
    /// - Throws: also when the task is cancelled.
    func ask(_ question: [UInt8], _ names: NameSource, on loop: EventLoop) async throws(OCSPFailure) -> [UInt8] {
        let deadline = loop.now + Self.timeout
        let addresses = try await addresses(names, on: loop)
        let answer = ByteBuffer(capacity: 4096)
        do throws(SocketError) {
            let socket = try await connect(to: addresses, on: loop, deadline: deadline)
            defer { socket.close() }
            try await socket.cancelledWithTask { () async throws(SocketError) in
                try await socket.send(message(question), deadline: deadline)
                // One byte more than may come, so that too many are noticed.
                while answer.count <= OCSPAnswer.mostBytes {
                    let limit = OCSPAnswer.mostBytes + 1 - answer.count
                    if try await socket.receive(into: answer, limit: limit, deadline: deadline) == 0 { break }
                }
            }
        } catch {
            throw OCSPFailure(error.description)
        }
        return try OCSPAnswer.body(of: answer).get()
    }

    /// A GET, which caches on the way may answer, unless the question is too long for one.
    func message(_ question: [UInt8]) -> ByteBuffer {
        let buffer = ByteBuffer(capacity: 512)
        let name = Self.pathSegment(question)
        if name.count < 255 {
            let slash = path.last == UInt8(ascii: "/") ? [] : [UInt8(ascii: "/")]
            buffer.append(Array("GET ".utf8) + path + slash + name + Array(" HTTP/1.0\r\nHost: ".utf8) + authority)
            buffer.append(Array("\r\nAccept: application/ocsp-response\r\n\r\n".utf8))
        } else {
            buffer.append(Array("POST ".utf8) + path + Array(" HTTP/1.0\r\nHost: ".utf8) + authority)
            buffer.append(Array("\r\nContent-Type: application/ocsp-request\r\nContent-Length: \(question.count)\r\n\r\n".utf8))
            buffer.append(question)
        }
        return buffer
    }

    /// Base64 with what has a meaning in a path escaped.
    private static func pathSegment(_ bytes: [UInt8]) -> [UInt8] {
        Base64.encode(bytes).flatMap { byte -> [UInt8] in
            switch byte {
            case UInt8(ascii: "+"): Array("%2B".utf8)
            case UInt8(ascii: "/"): Array("%2F".utf8)
            case UInt8(ascii: "="): Array("%3D".utf8)
            default: [byte]
            }
        }
    }

    // MARK: Finding it

    /// Where names are looked up.
    enum NameSource: Sendable {
        /// `resolver`, `resolver_timeout`
        case resolver(NameResolver, timeout: Duration)
        case system
    }

    private func addresses(_ names: NameSource, on loop: EventLoop) async throws(OCSPFailure) -> [IPAddress] {
        if let address = IPAddress(host) { return [address] }
        switch names {
        case .resolver(let resolver, let timeout):
            switch await resolver.resolve(host, timeout: timeout, on: loop) {
            case .found(let addresses): return addresses
            case .failed(let reason): throw OCSPFailure("\(host) could not be resolved (\(reason))")
            case .abandoned: throw OCSPFailure("the lookup of \(host) was given up")
            }
        case .system:
            let host = host
            let found = await BlockingPool.shared.run { SystemResolver.addresses(of: host) }
            if found.isEmpty { throw OCSPFailure("\(host) could not be resolved") }
            return found
        }
    }

    /// To the first address that takes the connection.
    private func connect(to addresses: [IPAddress], on loop: EventLoop, deadline: MonotonicInstant) async throws(SocketError) -> Socket {
        var failure = SocketError(kind: .unreachable, operation: "connect")
        for address in addresses {
            do throws(SocketError) {
                return try await Socket.connect(to: .ip(address, port: UInt16(port)), on: loop, deadline: deadline)
            } catch {
                failure = error
                if error.kind == .cancelled || error.kind == .timedOut { break }
            }
        }
        throw failure
    }
}

/// Why a responder's answer could not be had: a sentence for the log.
struct OCSPFailure: Error, Equatable {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}
