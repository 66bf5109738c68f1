import Glibc

/// A mutex around the state it guards.
///
/// Backed by `pthread_mutex_t`: the standard library's mutex is a priority-inheritance futex on Linux and can collapse when more
/// threads want it than there are cores. Never held across an `await`, and never taken again by the code inside.
@safe
public final class Lock<State>: @unchecked Sendable {
    // `@unchecked Sendable`: `state` is only touched between locking and unlocking `mutex`.
    @usableFromInline let mutex: UnsafeMutablePointer<pthread_mutex_t>
    // Exclusive because of the mutex, which makes the run-time check superfluous.
    @safe @exclusivity(unchecked) @usableFromInline var state: State

    package init(_ state: State) {
        self.state = state
        // A heap cell, because the mutex must never move; freed in `deinit`.
        unsafe mutex = .allocate(capacity: 1)
        unsafe mutex.initialize(to: pthread_mutex_t())
        unsafe pthread_mutex_init(mutex, nil)
    }

    deinit {
        // No one can hold the lock: holding it means holding a reference.
        unsafe pthread_mutex_destroy(mutex)
        unsafe mutex.deallocate()
    }

    /// Runs `body` alone with the state.
    @inlinable package func withLock<Result, Failure: Error>(_ body: (inout State) throws(Failure) -> Result) throws(Failure) -> Result {
        // The cell lives as long as `self`.
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return try body(&state)
    }
}
