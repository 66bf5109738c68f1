import COpenSSL

/// A lock around state that connections of all threads share: OpenSSL's own, which is a pthread lock.
///
/// `@unchecked Sendable`: the state is only touched with the lock held.
@safe
final class SessionLock<State>: @unchecked Sendable {
    private let lock: UnsafeMutableRawPointer?
    private var state: State

    init(_ state: State) {
        unsafe lock = CRYPTO_THREAD_lock_new()
        self.state = state
    }

    deinit { unsafe CRYPTO_THREAD_lock_free(lock) }

    func withLock<R>(_ body: (inout State) -> R) -> R {
        // The lock lives as long as this object.
        unsafe _ = CRYPTO_THREAD_write_lock(lock)
        defer { unsafe _ = CRYPTO_THREAD_unlock(lock) }
        return body(&state)
    }
}
