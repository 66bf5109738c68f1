import GatehouseWire

/// nginx's realip module: which client stands behind trusted proxies (`set_real_ip_from`, `real_ip_recursive`).
package struct RealIP: Sendable, Equatable {
    package struct Client: Sendable, Equatable {
        package var address: IPAddress
        /// Where the header gave one (`192.0.2.1:4000`, `[2001:db8::1]:4000`).
        package var port: Int?

        package init(address: IPAddress, port: Int? = nil) {
            self.address = address
            self.port = port
        }
    }

    private enum Step: Equatable { case declined, done, more }

    package var trusted: [CIDR]
    /// `set_real_ip_from unix:`
    package var trustsUnix: Bool
    package var isRecursive: Bool

    package init(trusted: [CIDR], trustsUnix: Bool = false, isRecursive: Bool = false) {
        self.trusted = trusted
        self.trustsUnix = trustsUnix
        self.isRecursive = isRecursive
    }

    /// - Parameters:
    ///   - peer: who connected; `nil` on a unix socket.
    ///   - fields: the values of the fields named X-Forwarded-For, in their order, or the one value of another field or of the
    ///     PROXY protocol.
    /// - Returns: `nil` where the peer is not trusted or says nothing usable: it is the client itself.
    package func client(peer: IPAddress?, fields: [[UInt8]]) -> Client? {
        var client = peer.map { Client(address: $0) }
        var isFound = false
        for value in fields.reversed() {
            let step = advance(&client, through: value)
            if step == .declined { return isFound ? client : nil }
            isFound = true
            if step == .done || !isRecursive { break }
        }
        return isFound ? client : nil
    }

    /// Goes through one value from its right end, as far as each address is trusted to name the one before it.
    private func advance(_ client: inout Client?, through value: [UInt8]) -> Step {
        var rest = value[...]
        var step = Step.declined
        repeat {
            guard isTrusted(client?.address) else { return step == .more ? .done : .declined }
            while let last = rest.last, rest.count > 1, Self.isSeparator(last) { rest.removeLast() }
            let start = rest.lastIndex(where: Self.isSeparator).map { $0 + 1 } ?? rest.startIndex
            guard let next = Self.parse(rest[start...]) else { return step == .more ? .done : .declined }
            client = next
            step = .more
            rest = rest[..<max(rest.startIndex, start - 1)]
        } while isRecursive && !rest.isEmpty
        return step
    }

    private func isTrusted(_ address: IPAddress?) -> Bool {
        guard let address else { return trustsUnix }
        return trusted.contains { $0.contains(address) }
    }

    private static func isSeparator(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: ",") }

    /// An address with or without port; one of IPv6 has brackets if a port follows.
    static func parse(_ text: ArraySlice<UInt8>) -> Client? {
        if text.first == UInt8(ascii: "[") {
            guard let end = text.firstIndex(of: UInt8(ascii: "]")), let address = IPAddress(Array(text[(text.startIndex + 1)..<end]))
            else { return nil }
            return client(address, portAfter: text[(end + 1)...])
        }
        if let address = IPAddress(Array(text)) { return Client(address: address) }
        guard let colon = text.lastIndex(of: UInt8(ascii: ":")), let address = IPAddress(Array(text[..<colon])), address.isV4
        else { return nil }
        return client(address, portAfter: text[colon...])
    }

    private static func client(_ address: IPAddress, portAfter text: ArraySlice<UInt8>) -> Client? {
        if text.isEmpty { return Client(address: address) }
        let digits = text.dropFirst()
        guard text.first == UInt8(ascii: ":"), (1...5).contains(digits.count), digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 })
        else { return nil }
        let port = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        return port > 0 && port < 65536 ? Client(address: address, port: port) : nil
    }
}
