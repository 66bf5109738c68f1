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

    package init(asksPassword: Bool) { self.asksPassword = asksPassword }

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
        let length: Int
        switch input[3] {
        case 1: length = 4
        case 3: length = 1 + Int(input[4])
        case 4: length = 16
        default: return .refused(SOCKSReply.addressTypeNotSupported.bytes, .addressType)
        }
        let end = 4 + length + 2
        guard input.count >= end else { return .needMore }
        // CONNECT alone: BIND and UDP ASSOCIATE open ports here for strangers.
        guard input[1] == 1 else { return .refused(SOCKSReply.commandNotSupported.bytes, .command) }
        let address = input.extracting(4..<4 + length)
        guard let host = Self.host(type: input[3], address) else { return .refused(SOCKSReply.generalFailure.bytes, .name) }
        let port = Int(input[end - 2]) << 8 | Int(input[end - 1])
        guard port > 0 else { return .refused(SOCKSReply.generalFailure.bytes, .name) }
        state = .done
        return .request(SOCKSRequest(host: host, port: port), consumed: end)
    }

    /// As an authority has it: in lower case, IPv6 addresses in brackets.
    private static func host(type: UInt8, _ bytes: Span<UInt8>) -> [UInt8]? {
        if type != 3 {
            guard let address = IPAddress(networkBytes: bytes) else { return nil }
            return address.isV4 ? address.text : [UInt8(ascii: "[")] + address.text + [UInt8(ascii: "]")]
        }
        let name = (1..<bytes.count).map { bytes[$0] }
        if let address = IPAddress(name), !address.isV4 { return [UInt8(ascii: "[")] + address.text + [UInt8(ascii: "]")] }
        var host: [UInt8] = []
        // What is no name cannot be looked up; a port in it is no name either.
        guard !name.contains(UInt8(ascii: ":")), case .valid = HostName.parse(name, into: &host) else { return nil }
        return host
    }
}
