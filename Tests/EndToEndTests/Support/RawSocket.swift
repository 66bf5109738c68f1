import GatehouseRuntime
import Glibc

/// One end of a TCP connection, used with blocking calls that give up after thirty seconds.
///
/// `@unchecked Sendable`: used by one thread at a time; a script's socket belongs to the script.
final class RawSocket: @unchecked Sendable {
    enum Failure: Error, Equatable {
        case system(String, Int32)
        /// Nothing came for thirty seconds.
        case silence
        /// The peer ended, with what had come before.
        case end(String)
        case reset(String)
    }

    private let descriptor: Int32
    private var received: [UInt8] = []
    /// Under a lock, because a closed descriptor's number is soon another socket's, which `abort` must not end.
    private let isOpen = Lock(true)

    init(adopting descriptor: Int32) {
        self.descriptor = descriptor
        var limit = timeval(tv_sec: 30, tv_usec: 0)
        // Safe: the option is as long as its type says.
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close() }

    /// - Parameter receiveBuffer: in bytes; a small one makes a slow reader felt at once.
    static func connect(port: UInt16, receiveBuffer: Int32? = nil) throws -> RawSocket {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Failure.system("socket", errno) }
        let new = RawSocket(adopting: descriptor)
        if var size = receiveBuffer {
            // Safe: as above.
            _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
        // Safe: the address lives for the call.
        let result = unsafe withLoopback(port: port) { unsafe Glibc.connect(descriptor, $0, $1) }
        guard result == 0 else { throw Failure.system("connect", errno) }
        return new
    }

    // MARK: Sending

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            // Safe: the pointer is valid for the call, and the count stays within the array.
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.send(descriptor, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Failure.system("send", errno) }
            sent += count
        }
    }

    /// Sends until the peer takes no more; where it has cut the connection there is nobody to complain to.
    func sendWhileTaken(_ text: String) { try? send(text) }

    // MARK: Receiving

    func read(until mark: String) throws -> String {
        let mark = Array(mark.utf8)
        while true {
            if let end = received.firstRange(of: mark)?.upperBound { return take(end) }
            try fill()
        }
    }

    func read(_ count: Int) throws -> String {
        while received.count < count { try fill() }
        return take(count)
    }

    func readBytes(_ count: Int) throws -> [UInt8] {
        while received.count < count { try fill() }
        defer { received.removeFirst(count) }
        return Array(received[..<count])
    }

    /// - Returns: whether something came, or the end, before the time was over.
    func waitForInput(milliseconds: Int32) throws -> Bool {
        if !received.isEmpty { return true }
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        // Safe: one element, as the count says.
        let count = unsafe poll(&waiting, 1, milliseconds)
        if count < 0 { throw Failure.system("poll", errno) }
        return count > 0
    }

    /// Everything until the connection is over, however it ends.
    func readBytesToGone() throws -> [UInt8] {
        do {
            while true { try fill() }
        } catch Failure.end, Failure.reset {
            defer { received = [] }
            return received
        }
    }

    /// Everything up to the peer's orderly end; a reset is thrown.
    func readToEnd() throws -> String {
        do {
            while true { try fill() }
        } catch Failure.end(let rest) {
            return rest
        }
    }

    /// Everything until the connection is over, however it ends.
    func readUntilGone() throws -> String {
        do { return try readToEnd() } catch Failure.reset(let rest) { return rest }
    }

    private func take(_ count: Int) -> String {
        defer { received.removeFirst(count) }
        return String(decoding: received[..<count], as: UTF8.self)
    }

    private func fill() throws {
        var chunk = [UInt8](repeating: 0, count: 65536)
        // Safe: the buffer is as long as the count that is passed.
        let count = unsafe chunk.withUnsafeMutableBytes { unsafe recv(descriptor, $0.baseAddress, $0.count, 0) }
        if count > 0 {
            received += chunk[..<count]
            return
        }
        let text = String(decoding: received, as: UTF8.self)
        if count == 0 { throw Failure.end(text) }
        switch errno {
        case EAGAIN: throw Failure.silence
        case ECONNRESET, EPIPE: throw Failure.reset(text)
        default: throw Failure.system("recv", errno)
        }
    }

    // MARK: Ending

    /// Nothing more is sent; the other direction stays.
    func shutdownWrite() { _ = shutdown(descriptor, Int32(SHUT_WR)) }

    func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        // Safe: the option is as long as its type says.
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    func close() {
        isOpen.withLock { isOpen in
            if isOpen { _ = Glibc.close(descriptor) }
            isOpen = false
        }
    }

    /// Makes blocking calls of another thread return.
    func abort() {
        isOpen.withLock { if $0 { _ = shutdown(descriptor, Int32(SHUT_RDWR)) } }
    }
}

/// Calls `body` with the address of a port of 127.0.0.1.
func withLoopback(port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    // Safe: every socket address starts as `sockaddr` does, and the size is that of the real one.
    return unsafe withUnsafePointer(to: &address) {
        unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, size) }
    }
}
