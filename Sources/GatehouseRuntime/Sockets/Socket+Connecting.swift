import CGatehouse
internal import GatehouseWire
import Glibc

/// What is set on a socket before it connects.
package struct ConnectOptions: Sendable, Hashable {
    package var noDelay = true
    package var keepsAlive = false
    /// Bytes; nil leaves the system's choice.
    package var sendBuffer: Int?
    package var receiveBuffer: Int?
    /// Binds to an address that is not ours (`proxy_bind … transparent`).
    package var isTransparent = false

    package init() {}
}

extension Socket {
    /// Connects, from the local address `source` if given, and suspends until the peer has answered.
    /// Throws `.refused`, `.unreachable`, `.timedOut` at the deadline, `.cancelled` when the task is, or what else the system says.
    package static func connect(
        to address: SocketAddress, from source: SocketAddress? = nil, options: ConnectOptions = ConnectOptions(),
        on loop: EventLoop, deadline: Instant
    ) async throws(SocketError) -> Socket {
        let created = gatehouse_socket(address.family, 0)
        guard created >= 0 else { throw SocketError(code: -created, operation: "socket") }
        let descriptor = Descriptor(adopting: created)
        options.apply(to: descriptor, isIP: address.ipAddress != nil)
        if let source { try bind(descriptor, to: source, options: options) }
        // The shim reads the address during the call.
        let result = unsafe address.withForeign { unsafe gatehouse_connect(descriptor.number, $0) }
        // A full backlog of a unix socket is EAGAIN: nothing will report that it has emptied.
        guard result >= 0 || result == -EINPROGRESS else {
            throw SocketError(code: result == -EAGAIN ? ECONNREFUSED : -result, operation: "connect")
        }
        let socket: Socket
        do {
            let ready: Interest = result >= 0 ? .writable : []
            socket = try Socket(adopting: descriptor.release(), on: loop, remote: address, ready: ready)
        } catch {
            throw SocketError(code: error.code, operation: "epoll_ctl")
        }
        if result < 0 {
            try await socket.cancelledWithTask { () async throws(SocketError) in try await socket.finishConnecting(deadline: deadline) }
        }
        return socket
    }

    /// A datagram socket that speaks to one address, such as a name server or a log collector. A receive takes one datagram, cut to
    /// the room there is; an answer that the destination is unreachable is thrown by the next call.
    package static func connectDatagram(to address: SocketAddress, on loop: EventLoop) throws(SocketError) -> Socket {
        let created = gatehouse_socket(address.family, 1)
        guard created >= 0 else { throw SocketError(code: -created, operation: "socket") }
        let descriptor = Descriptor(adopting: created)
        // The shim reads the address during the call.
        let result = unsafe address.withForeign { unsafe gatehouse_connect(descriptor.number, $0) }
        guard result >= 0 else { throw SocketError(code: -result, operation: "connect") }
        do {
            return try Socket(
                adopting: descriptor.release(), on: loop, remote: address, ready: [.readable, .writable], isDatagram: true)
        } catch {
            throw SocketError(code: error.code, operation: "epoll_ctl")
        }
    }

    private static func bind(_ descriptor: borrowing Descriptor, to source: SocketAddress, options: ConnectOptions) throws(SocketError) {
        if options.isTransparent { descriptor.set(GATEHOUSE_TRANSPARENT, 1) }
        // Leaves the choice of the port to connect(), which may then share it between destinations.
        if source.port == 0 { descriptor.set(GATEHOUSE_BIND_WITHOUT_PORT, 1) }
        // The shim reads the address during the call.
        let result = unsafe source.withForeign { unsafe gatehouse_bind(descriptor.number, $0) }
        if result < 0 { throw SocketError(code: -result, operation: "bind") }
    }

    private func finishConnecting(deadline: Instant) async throws(SocketError) {
        do {
            try await writable(deadline: deadline)
        } catch {
            close()
            throw SocketError(kind: error.kind, code: error.kind == .timedOut ? ETIMEDOUT : 0, operation: "connect")
        }
        guard isReset else { return }
        let code = gatehouse_pending_error(descriptor)
        guard code != 0 else { return }
        close()
        throw SocketError(code: code, operation: "connect")
    }
}

extension ConnectOptions {
    fileprivate func apply(to descriptor: borrowing Descriptor, isIP: Bool) {
        if isIP && noDelay { descriptor.set(GATEHOUSE_NO_DELAY, 1) }
        if isIP && keepsAlive { descriptor.set(GATEHOUSE_KEEPALIVE, 1) }
        if let sendBuffer { descriptor.set(GATEHOUSE_SEND_BUFFER, sendBuffer) }
        if let receiveBuffer { descriptor.set(GATEHOUSE_RECEIVE_BUFFER, receiveBuffer) }
    }
}

extension Descriptor {
    /// Sets a socket option as far as the kernel lets us: none of them is needed for correctness.
    @discardableResult
    func set(_ option: gatehouse_option, _ value: Int) -> Bool {
        gatehouse_set_option(number, Int32(option.rawValue), Int32(clamping: value)) >= 0
    }
}
