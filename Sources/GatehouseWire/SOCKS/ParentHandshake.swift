/// The client's side of asking another proxy for a connection: SOCKS5 (RFC 1928, RFC 1929) or CONNECT (RFC 9110 §9.3.6). Names are left to it.
///
/// ```
/// greeting ──► password ──► request ──► open       (SOCKS5)
///     └───────────────────────▲
/// head ──► open                                    (CONNECT)
/// ```
/// Says what to send and reads what comes; the input may grow from call to call, and is bounded by `mostBytes`.
package struct ParentHandshake: Sendable {
    package enum Kind: Sendable, Equatable { case socks5, connect }

    package enum Result: Sendable, Equatable {
        case needMore
        /// Send this, then call again with what follows the consumed bytes.
        case send([UInt8], consumed: Int)
        /// What follows the consumed bytes is the destination's.
        case open(consumed: Int)
        case failed(ParentFailure)
    }

    private enum State {
        /// → password, request
        case greeting
        /// → request
        case password
        /// → open
        case request
        /// → open
        case head
        case open
    }

    /// Answers of a parent before the one that counts.
    package static let mostInterims = 8
    /// Longest answer of a parent.
    package static let mostBytes = 16 * 1024

    private let host: [UInt8]
    private let port: Int
    private let credentials: (user: [UInt8], password: [UInt8])?
    private var state: State
    private var parser: ResponseHeadParser
    private var head = ResponseHead()
    private var interims = 0

    /// - Parameters:
    ///   - host: a name, or an address, of IPv6 in brackets.
    ///   - credentials: at most 255 bytes each.
    package init(_ kind: Kind, host: [UInt8], port: Int, credentials: (user: [UInt8], password: [UInt8])? = nil) {
        self.host = host
        self.port = port
        self.credentials = credentials
        state = kind == .socks5 ? .greeting : .head
        var limits = ResponseHeadParser.Limits()
        limits.totalBytes = Self.mostBytes
        parser = ResponseHeadParser(limits: limits)
    }

    /// What to send before anything comes.
    package var opening: [UInt8] {
        switch state {
        case .head: return connectRequest
        case .greeting, .password, .request, .open: return credentials == nil ? [5, 1, 0] : [5, 2, 0, 2]
        }
    }

    /// Reads one message. What was consumed must not be handed in again.
    package mutating func read(_ input: Span<UInt8>) -> Result {
        switch state {
        case .greeting: return readMethod(input)
        case .password: return readVerdict(input)
        case .request: return readReply(input)
        case .head: return readHead(input)
        case .open: return .open(consumed: 0)
        }
    }

    // MARK: SOCKS5

    private mutating func readMethod(_ input: Span<UInt8>) -> Result {
        guard input.count >= 2 else { return input.count == 1 && input[0] != 5 ? .failed(.malformed) : .needMore }
        switch (input[0], input[1]) {
        case (5, 0):
            state = .request
            return .send(request, consumed: 2)
        case (5, 2):
            guard let credentials else { return .failed(.refusesUs) }
            state = .password
            let (user, password) = (credentials.user.prefix(255), credentials.password.prefix(255))
            return .send([1, UInt8(user.count)] + user + [UInt8(password.count)] + password, consumed: 2)
        case (5, _): return .failed(.refusesUs)
        default: return .failed(.malformed)
        }
    }

    private mutating func readVerdict(_ input: Span<UInt8>) -> Result {
        guard input.count >= 2 else { return .needMore }
        if input[1] != 0 { return .failed(.refusesUs) }
        state = .request
        return .send(request, consumed: 2)
    }

    private mutating func readReply(_ input: Span<UInt8>) -> Result {
        guard input.count >= 5 else { return .needMore }
        guard input[0] == 5 else { return .failed(.malformed) }
        if input[1] != 0 { return .failed(SOCKSReply(rawValue: input[1]).map { .socks($0) } ?? .malformed) }
        guard let length = SOCKSAddress.length(type: input[3], first: input[4]) else { return .failed(.malformed) }
        guard input.count >= 6 + length else { return .needMore }
        state = .open
        return .open(consumed: 6 + length)
    }

    private var request: [UInt8] {
        let bare = host.first == UInt8(ascii: "[") ? Array(host.dropFirst().dropLast()) : host
        let address: [UInt8]
        switch IPAddress(bare) {
        case .v4?: address = [1] + (IPAddress(bare)?.networkBytes ?? [])
        case .v6?: address = [4] + (IPAddress(bare)?.networkBytes ?? [])
        case nil: address = [3, UInt8(min(255, bare.count))] + bare.prefix(255)
        }
        return [5, 1, 0] + address + [UInt8(truncatingIfNeeded: port >> 8), UInt8(truncatingIfNeeded: port)]
    }

    // MARK: CONNECT

    private var connectRequest: [UInt8] {
        let authority = String(decoding: host, as: UTF8.self) + ":\(port)"
        var text = Array("CONNECT \(authority) HTTP/1.1\r\nHost: \(authority)\r\n".utf8)
        if let credentials {
            text += Array("Proxy-Authorization: Basic ".utf8)
            text += Base64.encode(credentials.user + [UInt8(ascii: ":")] + credentials.password) + [13, 10]
        }
        return text + [13, 10]
    }

    private mutating func readHead(_ input: Span<UInt8>) -> Result {
        if input.isEmpty { return .needMore }
        switch parser.parse(input, into: &head) {
        case .needMore: return input.count > Self.mostBytes ? .failed(.malformed) : .needMore
        case .rejected: return .failed(.malformed)
        case .complete(let consumed):
            if head.status < 200 {
                interims += 1
                return interims > Self.mostInterims ? .failed(.malformed) : .send([], consumed: consumed)
            }
            guard (200...299).contains(head.status) else { return .failed(head.status == 407 ? .refusesUs : .status(head.status)) }
            state = .open
            return .open(consumed: consumed)
        }
    }
}
