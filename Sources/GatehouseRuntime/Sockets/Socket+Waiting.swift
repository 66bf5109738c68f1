internal import GatehouseWire

/// How a wait ended.
enum WaitOutcome {
    case ready, timedOut, closed, cancelled

    func check(_ operation: String) throws(SocketError) {
        switch self {
        case .ready: return
        case .timedOut: throw SocketError(kind: .timedOut, operation: operation)
        case .closed: throw SocketError(kind: .closed, operation: operation)
        case .cancelled: throw SocketError(kind: .cancelled, operation: operation)
        }
    }
}

/// A suspended task and when it gives up.
@safe
struct Waiter {
    // An unsafe continuation saves a check per wait, and the form of it that stays on the caller's executor saves looking which that is on the
    // way in, some 250 instructions. Resumed exactly once: taken out of its field before it is resumed, and every
    // way a socket can end (`close`, `cancel`, the deadline) resumes what is left.
    let continuation: UnsafeContinuation<WaitOutcome, Never>
    /// The loop's tick, because an `Instant` has no layout that the compiler knows, which would show in every access.
    let due: UInt64

    func resume(_ outcome: WaitOutcome) {
        unsafe continuation.resume(returning: outcome)
    }
}

/// One task that waits for either of two sockets; each of them holds the other half.
struct JointWaiter {
    let waiter: Waiter
    let interest: Interest
    /// Nil when the same socket was given twice.
    let partner: Socket?
}

extension Socket {
    /// Suspends until a receive may find something: at once unless one was tried and found nothing, or too little.
    /// Throws `.timedOut` at the deadline.
    nonisolated(nonsending) package func readable(deadline: Instant) async throws(SocketError) {
        try checkWaitable("recv")
        if condition.contains(.readable) { return }
        precondition(reader == nil, "two tasks receive from one socket")
        let due = loop.tick(ofDeadline: deadline)
        let outcome = await unsafe _unsafeInheritExecutor_withUnsafeContinuation { continuation in
            reader = unsafe Waiter(continuation: continuation, due: due)
            armTimer(for: due)
        }
        try outcome.check("recv")
    }

    /// Suspends until a send may find room. Throws `.timedOut` at the deadline.
    nonisolated(nonsending) package func writable(deadline: Instant) async throws(SocketError) {
        try checkWaitable("send")
        if condition.contains(.writable) { return }
        precondition(writer == nil, "two tasks send to one socket")
        let due = loop.tick(ofDeadline: deadline)
        let outcome = await unsafe _unsafeInheritExecutor_withUnsafeContinuation { continuation in
            writer = unsafe Waiter(continuation: continuation, due: due)
            armTimer(for: due)
        }
        try outcome.check("send")
    }

    /// Suspends until either socket is in a state that the task is interested in, and says which is. Both are on one loop.
    /// Throws `.timedOut` at the deadline, `.closed` or `.cancelled` when either socket is.
    nonisolated(nonsending) package static func waitForAny(
        _ a: Socket, _ aInterest: Interest, _ b: Socket, _ bInterest: Interest, deadline: Instant
    ) async throws(SocketError) -> (a: Bool, b: Bool) {
        try a.checkWaitable("epoll_wait")
        try b.checkWaitable("epoll_wait")
        let ready = (a: !aInterest.isDisjoint(with: a.condition), b: !bInterest.isDisjoint(with: b.condition))
        if ready.a || ready.b { return ready }
        precondition(a.joint == nil && b.joint == nil, "two tasks wait jointly for one socket")
        let due = a.loop.tick(ofDeadline: deadline)
        let outcome = await unsafe _unsafeInheritExecutor_withUnsafeContinuation { continuation in
            let waiter = unsafe Waiter(continuation: continuation, due: due)
            if a === b {
                a.joint = JointWaiter(waiter: waiter, interest: aInterest.union(bInterest), partner: nil)
            } else {
                a.joint = JointWaiter(waiter: waiter, interest: aInterest, partner: b)
                b.joint = JointWaiter(waiter: waiter, interest: bInterest, partner: a)
            }
            a.armTimer(for: due)
        }
        try outcome.check("epoll_wait")
        return (a: !aInterest.isDisjoint(with: a.condition), b: !bInterest.isDisjoint(with: b.condition))
    }

    func checkWaitable(_ operation: StaticString) throws(SocketError) {
        if !isOpen { throw SocketError(kind: .closed, operation: operation.description) }
        if isCancelled { throw SocketError(kind: .cancelled, operation: operation.description) }
    }

    // MARK: Resuming

    func resumeReader(_ outcome: WaitOutcome) {
        guard let waiter = reader else { return }
        reader = nil
        waiter.resume(outcome)
    }

    func resumeWriter(_ outcome: WaitOutcome) {
        guard let waiter = writer else { return }
        writer = nil
        waiter.resume(outcome)
    }

    func resumeJoint(_ outcome: WaitOutcome) {
        guard let joint else { return }
        self.joint = nil
        joint.partner?.joint = nil
        joint.waiter.resume(outcome)
    }

    func resumeAll(_ outcome: WaitOutcome) {
        resumeReader(outcome)
        resumeWriter(outcome)
        resumeJoint(outcome)
    }

    // MARK: Deadlines

    private func armTimer(for due: UInt64) {
        if due == EventLoop.neverTick { return }
        if let timer {
            if timer.due <= due { return }
            loop.disarm(timer.id)
        }
        timer = (loop.arm(atTick: due, .deadline(token)), due)
    }

    /// Ends the waits whose deadline has come, and arms the timer for the others.
    func endOverdueWaits() {
        timer = nil
        let now = loop.presentTick
        if let reader, reader.due <= now { resumeReader(.timedOut) }
        if let writer, writer.due <= now { resumeWriter(.timedOut) }
        if let joint, joint.waiter.due <= now { resumeJoint(.timedOut) }
        armTimer(for: reader?.due ?? EventLoop.neverTick)
        armTimer(for: writer?.due ?? EventLoop.neverTick)
        armTimer(for: joint?.waiter.due ?? EventLoop.neverTick)
    }
}
