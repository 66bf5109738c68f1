/// What went wrong in TLS, as one readable line.
///
/// Every error but `.configuration` ends its connection. None is worth a retry by itself: a failed handshake towards an upstream
/// counts as a failed connection, and nothing of a request was sent before it.
package struct TLSError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Kind: Equatable, Sendable {
        /// A context cannot be built from its configuration.
        case configuration
        /// The handshake failed on one of the sides.
        case handshake
        /// A virtual server refused the handshake (`ssl_reject_handshake`, an unknown name).
        case rejected
        /// The upstream's certificate was not accepted.
        case verification
        /// A record could not be read: garbage, a bad MAC, an alert.
        case read
        /// A record could not be written.
        case write
    }

    package let kind: Kind
    /// The line as nginx words it, with OpenSSL's own errors in brackets.
    package let message: String
    /// True where the peer's bytes caused it: to be logged at `info`, everything else at `crit`.
    package let isPeerFault: Bool

    package init(_ kind: Kind, _ message: String, isPeerFault: Bool = false) {
        self.kind = kind
        self.message = message
        self.isPeerFault = isPeerFault
    }

    package var description: String { message }
}
