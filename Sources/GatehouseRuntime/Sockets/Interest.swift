/// What a task waits for at a socket.
public struct Interest: OptionSet, Sendable {
    /// The bits of what is waited for.
    public let rawValue: UInt8

    /// What the bits stand for.
    @inlinable public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// A receive may find bytes, the end, or an error.
    @inlinable package static var readable: Interest { Interest(rawValue: 1) }
    /// A send may find room or an error.
    @inlinable package static var writable: Interest { Interest(rawValue: 2) }
    /// The connection broke, or both directions ended.
    @inlinable package static var reset: Interest { Interest(rawValue: 4) }
    /// The peer sends no more; bytes may still wait to be received.
    @inlinable package static var peerClosed: Interest { Interest(rawValue: 8) }
}

/// What a receive that does not wait found.
package enum ReceiveResult: Hashable, Sendable {
    case bytes(Int)
    case wouldBlock
    /// The peer sends no more, and everything it sent was received.
    case end
}
