import CGatehouse
package import GatehouseWire
import Glibc

/// Datagram sockets that speak to many: each datagram says where it is from, and is told where it goes.
extension Socket {
    /// A datagram socket at `address`, where port 0 leaves the choice to the system. An IPv6 one takes no IPv4.
    package static func bindDatagram(to address: SocketAddress, on loop: EventLoop) throws(SocketError) -> Socket {
        let created = gatehouse_socket(address.family, 1)
        guard created >= 0 else { throw SocketError(code: -created, operation: "socket") }
        let descriptor = Descriptor(adopting: created)
        if address.ipAddress?.isV4 == false { descriptor.set(GATEHOUSE_IPV6_ONLY, 1) }
        // The shim reads the address during the call.
        let result = unsafe address.withForeign { unsafe gatehouse_bind(descriptor.number, $0) }
        guard result >= 0 else { throw SocketError(code: -result, operation: "bind") }
        do {
            return try Socket(adopting: descriptor.release(), on: loop, remote: nil, ready: [.readable, .writable], isDatagram: true)
        } catch {
            throw SocketError(code: error.code, operation: "epoll_ctl")
        }
    }

    /// Receives one datagram that is there behind what `buffer` holds, cut to `limit` bytes.
    /// - Returns: who sent it; `nil` when there is none.
    package func receiveDatagramNow(into buffer: ByteBuffer, limit: Int) throws(SocketError) -> SocketAddress? {
        try checkWaitable("recvfrom")
        if !condition.contains(.readable) { return nil }
        let descriptor = descriptor
        while true {
            var sender: SocketAddress?
            // The kernel writes at most `limit` bytes, which the buffer has made room for, and the shim fills in the address.
            let result = unsafe buffer.withWritable(minimum: limit) { room in
                let (count, from) = unsafe SocketAddress.filled { address in
                    unsafe Int32(clamping: gatehouse_receive_from(descriptor, room.baseAddress, min(limit, room.count), address))
                }
                sender = from
                return Int(count)
            }
            if result >= 0 { return sender }
            if result == -Int(EAGAIN) {
                condition.remove(.readable)
                return nil
            }
            if result != -Int(EINTR) { throw failed(Int32(-result), "recvfrom") }
        }
    }

    /// Sends all of `buffer` as one datagram and leaves it as it is.
    /// - Returns: the error's number where the system does not take it, which concerns this datagram alone.
    @discardableResult
    package func sendDatagramNow(_ buffer: ByteBuffer, to address: SocketAddress) -> Int32? {
        guard isOpen else { return EBADF }
        let descriptor = descriptor
        // The kernel only reads bytes and address, and only during the call.
        let result = unsafe address.withForeign { address in
            unsafe buffer.withReadable { unsafe Int32(clamping: gatehouse_send_to(descriptor, $0.baseAddress, $0.count, address)) }
        }
        return result < 0 ? -result : nil
    }
}
