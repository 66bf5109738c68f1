import CGatehouse
import GatehouseRuntime
import Glibc

/// The system calls of the logs. The one file of `Observing` that handles pointers.
enum LogSystem {
    /// Opens `path` for appending, made with mode 0644 where it does not exist, closed in programs that are executed later.
    static func openForAppending(_ path: String) throws(LogFileError) -> Int32 {
        let descriptor = unsafe gatehouse_open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw LogFileError(path: path, code: -descriptor) }
        return descriptor
    }

    /// Writes all of `bytes`, blocking as long as that takes.
    static func write(_ bytes: [UInt8], to descriptor: Int32) throws(SystemError) {
        var offset = 0
        while offset < bytes.count {
            // `offset` is inside of the array, and the pointer stays in the closure.
            let written = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress.unsafelyUnwrapped + offset, $0.count - offset)
            }
            if written >= 0 {
                offset += written
            } else if errno != EINTR {
                throw SystemError(code: errno, operation: "write")
            }
        }
    }

    static func isRegularFile(_ descriptor: Int32) -> Bool {
        var found = gatehouse_file_status()
        // Lives for the call.
        return unsafe gatehouse_file_status_of(descriptor, &found) >= 0 && found.mode & S_IFMT == S_IFREG
    }

    static func append(_ span: borrowing Span<UInt8>, to array: inout [UInt8]) {
        // One copy of the bytes; the pointer stays in the closure.
        unsafe span.withUnsafeBufferPointer { unsafe array.append(contentsOf: $0) }
    }

    /// A non-blocking counter that wakes whoever polls it.
    static func makeWaker() throws(SystemError) -> Int32 {
        let descriptor = gatehouse_eventfd()
        guard descriptor >= 0 else { throw SystemError(code: -descriptor, operation: "eventfd") }
        return descriptor
    }

    static func wake(_ descriptor: Int32) {
        _ = gatehouse_eventfd_signal(descriptor)
    }

    /// Waits until `descriptor` is readable, empties it, and returns; at latest after `timeout` (for ever where it is `nil`).
    static func wait(for descriptor: Int32, timeout: Duration?) {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let milliseconds = timeout.map { max(0, $0.roundedUpMilliseconds) } ?? -1
        guard unsafe poll(&entry, 1, Int32(clamping: milliseconds)) > 0 else { return }
        var count: UInt64 = 0
        _ = unsafe read(descriptor, &count, 8)
    }

    /// Starts a thread that runs `body` once, with every signal blocked.
    static func startThread(_ body: @escaping @Sendable () -> Void) throws(SystemError) -> pthread_t {
        var all = sigset_t()
        var before = sigset_t()
        unsafe sigfillset(&all)
        // A new thread inherits the mask; the caller's own is put back below.
        unsafe pthread_sigmask(SIG_SETMASK, &all, &before)
        defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
        // The box is balanced by `takeRetainedValue` in the thread.
        let box = unsafe Unmanaged.passRetained(ThreadBody(body))
        var thread = pthread_t()
        let result = unsafe pthread_create(
            &thread, nil,
            { argument in
                unsafe gatehouse_set_thread_name("logs")
                unsafe Unmanaged<ThreadBody>.fromOpaque(argument.unsafelyUnwrapped).takeRetainedValue().run()
                return nil
            }, box.toOpaque())
        guard result == 0 else {
            unsafe box.release()
            throw SystemError(code: result, operation: "pthread_create")
        }
        return thread
    }

    static func join(_ thread: pthread_t) {
        pthread_join(thread, nil)
    }

    static func pauseThread(_ duration: Duration) {
        usleep(UInt32(duration / .microseconds(1)))
    }

    static func now() -> Int {
        time(nil)
    }

    /// The broken-down local time of a second since 1970.
    static func localTime(_ second: Int) -> LocalTime {
        var seconds = time_t(second)
        // The zone's name inside is a pointer; it is not read.
        var parts = unsafe tm()
        unsafe localtime_r(&seconds, &parts)
        return unsafe LocalTime(
            year: Int(parts.tm_year) + 1900, month: Int(parts.tm_mon) + 1, day: Int(parts.tm_mday), hour: Int(parts.tm_hour),
            minute: Int(parts.tm_min), second: Int(parts.tm_sec), offset: parts.tm_gmtoff)
    }

    static func hostName() -> String {
        var name = [CChar](repeating: 0, count: 256)
        unsafe gethostname(&name, name.count - 1)
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// A non-blocking datagram socket connected to `address`, which holds the bytes of a `sockaddr`.
    static func connectDatagram(to address: [UInt8], family: Int32) throws(SystemError) -> Int32 {
        let descriptor = socket(family, Int32(SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SystemError(code: errno, operation: "socket") }
        // The kernel reads exactly the bytes of the array.
        let result = unsafe address.withUnsafeBytes {
            unsafe connect(descriptor, $0.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count))
        }
        guard result == 0 else {
            let code = errno
            close(descriptor)
            throw SystemError(code: code, operation: "connect")
        }
        return descriptor
    }

    /// Sends one datagram without waiting; false when it could not be.
    static func send(_ datagram: [UInt8], to descriptor: Int32) -> Bool {
        unsafe datagram.withUnsafeBytes { unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) } >= 0
    }
}

/// Carries a closure into a thread.
private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

extension Duration {
    /// Milliseconds, a started one counting as whole.
    fileprivate var roundedUpMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
    }
}
