/// The server's side of what comes before the bytes on a SOCKS5 connection (RFC 1928, RFC 1929).
///
/// ```
/// greeting ──► password ──► request ──► done
///     └───────────────────────▲
/// ```
/// Reads from an input that may grow from call to call and says what to answer; knows neither users nor destinations. No message is
/// longer than 513 bytes, so the input is bounded by that.
package struct SOCKSHandshake: Sendable {
    package enum Result: Sendable, Equatable {
        case needMore
        /// Send this, then call again with the rest of the input.
        case reply([UInt8], consumed: Int)
        /// Who the client says it is: answer with `passwordChecked`.
        case password(user: [UInt8], password: [UInt8], consumed: Int)
        case request(SOCKSRequest, consumed: Int)
        /// Send this, which may be nothing, and close.
        case refused([UInt8], SOCKSRefusal)
    }

    private enum State {
        /// → password, request
        case greeting
        /// → request
        case password
        /// → done
        case request
        case done
    }

    private var state = State.greeting
    private let asksPassword: Bool
    private let offersDatagrams: Bool

    /// - Parameter offersDatagrams: UDP ASSOCIATE is served.
    package init(asksPassword: Bool, offersDatagrams: Bool = false) {
        self.asksPassword = asksPassword
        self.offersDatagrams = offersDatagrams
    }

    /// Reads one message. What was consumed must not be handed in again.
    package mutating func read(_ input: Span<UInt8>) -> Result {
        guard input.count > 0 else { return .needMore }
        switch state {
        case .greeting: return readGreeting(input)
        case .password: return readPassword(input)
        case .request: return readRequest(input)
        case .done: return .needMore
        }
    }

    /// - Returns: what to send; where the password was wrong, the connection has to be closed behind it.
    package static func passwordReply(isRight: Bool) -> [UInt8] { [1, isRight ? 0 : 1] }

    // MARK: Greeting

    private mutating func readGreeting(_ input: Span<UInt8>) -> Result {
        // 0x5b: request rejected (SOCKS4's own answer).
        if input[0] == 4 { return .refused([0, 0x5b, 0, 0, 0, 0, 0, 0], .socks4) }
        if input[0] != 5 { return .refused([], .notSOCKS) }
        guard input.count >= 2, input.count >= 2 + Int(input[1]) else { return .needMore }
        let end = 2 + Int(input[1])
        let wanted: UInt8 = asksPassword ? 2 : 0
        guard (2..<end).contains(where: { input[$0] == wanted }) else { return .refused([5, 0xff], .noMethod) }
        state = asksPassword ? .password : .request
        return .reply([5, wanted], consumed: end)
    }

    // MARK: Password (RFC 1929)

    private mutating func readPassword(_ input: Span<UInt8>) -> Result {
        if input[0] != 1 { return .refused(Self.passwordReply(isRight: false), .malformed) }
        guard input.count >= 2 else { return .needMore }
        let userEnd = 2 + Int(input[1])
        guard input.count > userEnd else { return .needMore }
        let end = userEnd + 1 + Int(input[userEnd])
        guard input.count >= end else { return .needMore }
        let user = (2..<userEnd).map { input[$0] }
        let password = (userEnd + 1..<end).map { input[$0] }
        state = .request
        return .password(user: user, password: password, consumed: end)
    }

    // MARK: Request

    private mutating func readRequest(_ input: Span<UInt8>) -> Result {
        if input[0] != 5 { return .refused(SOCKSReply.generalFailure.bytes, .malformed) }
        guard input.count >= 5 else { return .needMore }
        guard let length = SOCKSAddress.length(type: input[3], first: input[4]) else {
            return .refused(SOCKSReply.addressTypeNotSupported.bytes, .addressType)
        }
        let end = 4 + length + 2
        guard input.count >= end else { return .needMore }
        // BIND would open ports here for strangers, and so does UDP ASSOCIATE where nobody asked for it.
        guard let command = command(input[1]) else { return .refused(SOCKSReply.commandNotSupported.bytes, .command) }
        let host = SOCKSAddress.host(type: input[3], input.extracting(4..<4 + length))
        let port = Int(input[end - 2]) << 8 | Int(input[end - 1])
        switch command {
        case .connect:
            guard let host, port > 0 else { return .refused(SOCKSReply.generalFailure.bytes, .name) }
            state = .done
            return .request(SOCKSRequest(.connect, host: host, port: port), consumed: end)
        case .associate:
            state = .done
            // A client that does not know its own address says what it likes.
            return .request(SOCKSRequest(.associate, host: host ?? Array("0.0.0.0".utf8), port: port), consumed: end)
        }
    }

    private func command(_ number: UInt8) -> SOCKSRequest.Command? {
        switch number {
        case 1: .connect
        case 3 where offersDatagrams: .associate
        default: nil
        }
    }
}
