import CGatehouse
internal import GatehouseWire
import Glibc

/// What is known about bytes sent to a peer that closed the connection without a word.
package enum Delivery: Sendable, Equatable {
    /// The kernel took none of them.
    case unsent
    /// They came too late: the peer had closed before any of them arrived, and its system refused them.
    case refused
    /// The peer has closed, and whether it took them before is not known yet.
    case undecided
    /// The peer's system has confirmed some of them, or nothing is known: a program may have read them.
    case possible
}

extension Socket {
    /// What became of the bytes sent since `sentCount` was `mark`, after the peer has closed.
    ///
    /// A peer that closes an idle connection sends a FIN; what reaches its system after that is answered with a reset and confirmed by
    /// nothing. Linux tells a reset after a FIN (`EPIPE`) from one without (`ECONNRESET`): the latter may also come from a program that read
    /// part of the request and closed, so it proves nothing.
    package func delivery(since mark: Int) -> Delivery {
        if sentCount == mark { return .unsent }
        var acknowledged: UInt64 = 0
        var isClosed: Int32 = 0
        // The shim fills in what it is given; a socket that is not TCP's has no such facts.
        guard isOpen, unsafe gatehouse_get_delivery(descriptor, &acknowledged, &isClosed) == 0 else { return .possible }
        // The SYN counts as one.
        if acknowledged > UInt64(mark) + 1 { return .possible }
        if isClosed == 0 { return hasPeerClosed ? .undecided : .possible }
        if brokenBy == 0 { brokenBy = gatehouse_pending_error(descriptor) }
        return brokenBy == EPIPE ? .refused : .possible
    }

    /// The same, waiting until it is decided, but not beyond `deadline`.
    nonisolated(nonsending) package func settledDelivery(since mark: Int, deadline: Instant) async -> Delivery {
        let early = delivery(since: mark)
        guard early == .undecided else { return early }
        // A reset ends the wait; a confirmation does not, and is found when it is over.
        _ = try? await Socket.waitForAny(self, .reset, self, .reset, deadline: deadline)
        return delivery(since: mark)
    }
}
