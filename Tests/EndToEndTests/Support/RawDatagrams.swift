import Glibc

/// A datagram socket on the loopback, used with blocking calls that give up after thirty seconds.
///
/// `@unchecked Sendable`: the descriptor is made once and closed at the end; the kernel takes calls from any thread.
final class RawDatagrams: @unchecked Sendable {
    private let descriptor: Int32
    let port: UInt16

    init() throws {
        let made = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        guard made >= 0 else { throw RawSocket.Failure.system("socket", errno) }
        descriptor = made
        var limit = timeval(tv_sec: 30, tv_usec: 0)
        // Safe: the option is as long as its type says.
        _ = unsafe setsockopt(made, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        // Safe: the address lives for the call.
        let result = unsafe withLoopback(port: 0) { unsafe bind(made, $0, $1) }
        guard result == 0 else { throw RawSocket.Failure.system("bind", errno) }
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        // Safe: the structure has the length that is told.
        _ = unsafe withUnsafeMutablePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe getsockname(made, $0, &length) }
        }
        port = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(descriptor) }

    func send(_ bytes: [UInt8], to port: UInt16) throws {
        // Safe: the bytes and the address live for the call.
        let sent = unsafe withLoopback(port: port) { address, length in
            unsafe bytes.withUnsafeBytes { Int32(unsafe sendto(descriptor, $0.baseAddress, $0.count, 0, address, length)) }
        }
        guard sent == bytes.count else { throw RawSocket.Failure.system("sendto", errno) }
    }

    /// Whether a datagram is there, or comes within so many milliseconds.
    func hasDatagram(within milliseconds: Int32) throws -> Bool {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        // Safe: one element, as the count says.
        return unsafe poll(&waiting, 1, milliseconds) > 0
    }

    /// The next datagram, and the port it is from.
    func receive() throws -> (bytes: [UInt8], port: UInt16) {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let room = bytes.count
        // Safe: the array has the room that is told, and so has the structure.
        let count = unsafe withUnsafeMutablePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe recvfrom(descriptor, &bytes, room, 0, $0, &length) }
        }
        guard count >= 0 else { throw RawSocket.Failure.silence }
        return (Array(bytes.prefix(count)), UInt16(bigEndian: address.sin_port))
    }
}
