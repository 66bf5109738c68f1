import CGatehouse
internal import GatehouseWire
import Glibc

/// What `listen` says about a socket, beside its address.
package struct ListenOptions: Sendable, Hashable {
    package var backlog = 511
    package var reusesPort = false
    /// `ipv6only`, for IPv6 addresses only.
    package var isIPv6Only = true
    /// `deferred`: a connection is not accepted before it has sent something.
    package var isDeferred = false
    /// `fastopen`: the length of its queue.
    package var fastOpen: Int?
    /// `so_keepalive`; nil leaves the system's choice. Accepted sockets inherit it, as they do `noDelay` and the sizes.
    package var keepsAlive: Bool?
    /// In seconds, and a number.
    package var keepaliveIdle: Int?
    package var keepaliveInterval: Int?
    package var keepaliveCount: Int?
    package var noDelay = true
    /// In bytes.
    package var sendBuffer: Int?
    package var receiveBuffer: Int?

    package init() {}
}

/// A descriptor that listens. A plain value that names it: made by the parent, shared by all loops, closed by whoever made it.
package struct ListeningSocket: Sendable, Hashable {
    package let descriptor: Int32
    /// As bound: with the port that the system chose where 0 was asked for.
    package let address: SocketAddress
    package let options: ListenOptions

    /// Takes a descriptor that another process has bound and handed over.
    package init(inheriting descriptor: Int32, address: SocketAddress, options: ListenOptions = ListenOptions()) {
        self.descriptor = descriptor
        self.address = address
        self.options = options
    }

    /// Binds and listens. Throws what `bind` or `listen` said.
    package static func bind(to address: SocketAddress, options: ListenOptions = ListenOptions()) throws(SystemError) -> ListeningSocket {
        let descriptor = Descriptor(adopting: try SystemError.check(gatehouse_socket(address.family, 0), "socket"))
        if case .ip(let ip, _, _) = address {
            descriptor.set(GATEHOUSE_REUSE_ADDRESS, 1)
            if !ip.isV4 { descriptor.set(GATEHOUSE_IPV6_ONLY, options.isIPv6Only ? 1 : 0) }
            options.apply(to: descriptor)
        }
        // The shim reads the address during the call.
        _ = try SystemError.check(unsafe address.withForeign { unsafe gatehouse_bind(descriptor.number, $0) }, "bind")
        _ = try SystemError.check(gatehouse_listen(descriptor.number, Int32(clamping: options.backlog)), "listen")
        let bound = SocketAddress.local(of: descriptor.number) ?? address
        return ListeningSocket(inheriting: descriptor.release(), address: bound, options: options)
    }

    /// Whether a socket file is there behind which nobody listens any more.
    package static func isAbandoned(_ address: SocketAddress) -> Bool {
        let created = gatehouse_socket(address.family, 0)
        guard created >= 0 else { return false }
        let descriptor = Descriptor(adopting: created)
        // The shim reads the address during the call.
        return unsafe address.withForeign { unsafe gatehouse_connect(descriptor.number, $0) } == -ECONNREFUSED
    }

    /// Applies options that a reload may change (`backlog`, `deferred`, `so_keepalive`, buffer sizes).
    package func update(_ options: ListenOptions) -> ListeningSocket {
        let borrowed = Descriptor(adopting: descriptor)
        if address.ipAddress != nil { options.apply(to: borrowed) }
        _ = gatehouse_listen(borrowed.number, Int32(clamping: options.backlog))
        return ListeningSocket(inheriting: borrowed.release(), address: address, options: options)
    }

    package func close() {
        _ = gatehouse_close(descriptor)
    }
}

extension ListenOptions {
    fileprivate func apply(to descriptor: borrowing Descriptor) {
        if reusesPort { descriptor.set(GATEHOUSE_REUSE_PORT, 1) }
        if noDelay { descriptor.set(GATEHOUSE_NO_DELAY, 1) }
        if isDeferred { descriptor.set(GATEHOUSE_DEFER_ACCEPT, 1) }
        if let fastOpen { descriptor.set(GATEHOUSE_FAST_OPEN, fastOpen) }
        if let keepsAlive { descriptor.set(GATEHOUSE_KEEPALIVE, keepsAlive ? 1 : 0) }
        if let keepaliveIdle { descriptor.set(GATEHOUSE_KEEPALIVE_IDLE, keepaliveIdle) }
        if let keepaliveInterval { descriptor.set(GATEHOUSE_KEEPALIVE_INTERVAL, keepaliveInterval) }
        if let keepaliveCount { descriptor.set(GATEHOUSE_KEEPALIVE_COUNT, keepaliveCount) }
        if let sendBuffer { descriptor.set(GATEHOUSE_SEND_BUFFER, sendBuffer) }
        if let receiveBuffer { descriptor.set(GATEHOUSE_RECEIVE_BUFFER, receiveBuffer) }
    }
}
