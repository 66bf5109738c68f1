internal import GatehouseWire
import Glibc

/// Why a socket did not do what it was asked. Whose fault it is, and what it means for a request, the caller knows.
package struct SocketError: Error, Hashable, CustomStringConvertible {
    package enum Kind: Hashable, Sendable {
        /// The deadline passed first.
        case timedOut
        /// The socket was closed on our side.
        case closed
        /// The peer is gone: reset, or it does not take what we send.
        case reset
        case refused
        case unreachable
        /// `Socket.cancel`, or the cancelled task of an accept loop or a sleep.
        case cancelled
        /// Any other failure of a system call; `code` says which.
        case system
    }

    package var kind: Kind
    /// The `errno`, 0 when no system call failed.
    package var code: Int32
    /// The system call, without parentheses.
    package var operation: String

    package init(kind: Kind, code: Int32 = 0, operation: String) {
        self.kind = kind
        self.code = code
        self.operation = operation
    }

    /// The error that an `errno` stands for.
    package init(code: Int32, operation: StaticString) {
        self.init(kind: Kind(code: code), code: code, operation: operation.description)
    }

    package var description: String {
        switch kind {
        case .timedOut: "\(operation)() timed out (110: Connection timed out)"
        case .closed: "\(operation)() on a closed socket"
        case .cancelled: "\(operation)() was cancelled"
        case .reset, .refused, .unreachable, .system: SystemError(code: code, operation: operation).description
        }
    }
}

extension SocketError.Kind {
    init(code: Int32) {
        switch code {
        case ECONNRESET, EPIPE, ENOTCONN, ECONNABORTED: self = .reset
        case ECONNREFUSED, ENOENT: self = .refused
        case ENETUNREACH, EHOSTUNREACH, ENETDOWN, EHOSTDOWN: self = .unreachable
        case ETIMEDOUT: self = .timedOut
        default: self = .system
        }
    }
}
