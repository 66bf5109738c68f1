import CGatehouse
import Glibc

/// A thread of the operating system that runs one function to its end.
///
/// Whoever starts one calls exactly one of `join`, which waits for it, and `detach`.
@safe
struct SystemThread: @unchecked Sendable {
    // `@unchecked Sendable`: a thread's identifier may be used from any thread.
    private let identifier: pthread_t

    private final class Start: Sendable {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    /// Starts a thread; `name` is cut to 15 bytes by the kernel. Throws when the system has no room for another one.
    init(name: String, _ body: @escaping @Sendable () -> Void) throws(SystemError) {
        // The retained box is taken over by the new thread, or released here when there is none.
        let start = unsafe Unmanaged.passRetained(Start(name: name, body: body))
        var created = pthread_t()
        let code = unsafe pthread_create(
            &created, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                let start = unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
                unsafe gatehouse_set_thread_name(start.name)
                start.body()
                return nil
            }, start.toOpaque())
        guard code == 0 else {
            unsafe start.release()
            throw SystemError(code: code, operation: "pthread_create")
        }
        identifier = created
    }

    /// Leaves the thread to itself.
    func detach() {
        pthread_detach(identifier)
    }

    func join() {
        pthread_join(identifier, nil)
    }
}
