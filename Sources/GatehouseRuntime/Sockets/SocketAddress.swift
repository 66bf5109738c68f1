import CGatehouse
package import GatehouseWire

/// Where a socket is bound or connected to.
package enum SocketAddress: Sendable, Hashable {
    case ip(IPAddress, port: UInt16, scope: UInt32 = 0)
    /// A path in the file system, an abstract name when it starts with a zero byte, or empty for an unnamed socket.
    case unix(path: String)

    /// The number of the port; nil for a unix socket.
    package var port: UInt16? {
        if case .ip(_, let port, _) = self { port } else { nil }
    }

    package var ipAddress: IPAddress? {
        if case .ip(let address, _, _) = self { address } else { nil }
    }
}

extension SocketAddress: CustomStringConvertible {
    /// As nginx writes it: `127.0.0.1:80`, `[::1]:80`, `unix:/run/a.sock`.
    package var description: String {
        switch self {
        case .ip(let address, let port, _): address.isV4 ? "\(address):\(port)" : "[\(address)]:\(port)"
        case .unix(let path): "unix:\(path.hasPrefix("\0") ? "@" + path.dropFirst() : path)"
        }
    }
}

extension SocketAddress {
    /// The address family as the shim counts them.
    var family: Int32 {
        switch self {
        case .ip(.v4, _, _): Int32(GATEHOUSE_IPV4)
        case .ip(.v6, _, _): Int32(GATEHOUSE_IPV6)
        case .unix: Int32(GATEHOUSE_UNIX)
        }
    }

    /// Lets `body` use the address in the shim's form, which must not leave it.
    func withForeign(_ body: (UnsafePointer<gatehouse_address>) -> Int32) -> Int32 {
        var foreign = gatehouse_address()
        foreign.family = family
        switch self {
        case .ip(.v4(let bits), let port, _):
            foreign.v4 = bits
            foreign.port = port
        case .ip(.v6(let high, let low), let port, let scope):
            foreign.v6_high = high
            foreign.v6_low = low
            foreign.port = port
            foreign.scope = scope
        case .unix(let path):
            var bytes = Array(path.utf8)
            foreign.path_length = UInt16(clamping: bytes.count)
            // The array outlives the call, and the shim only reads it.
            return unsafe bytes.withUnsafeMutableBufferPointer { buffer in
                unsafe foreign.path = buffer.baseAddress
                return unsafe body(&foreign)
            }
        }
        // Lives for the call.
        return unsafe body(&foreign)
    }

    /// Runs `body` with room for an address, and returns its result with the address it filled in, if any.
    static func filled(by body: (UnsafeMutablePointer<gatehouse_address>) -> Int32) -> (Int32, SocketAddress?) {
        unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: GATEHOUSE_PATH_CAPACITY) { path in
            var foreign = gatehouse_address()
            // The shim writes at most `GATEHOUSE_PATH_CAPACITY` bytes, and the pointer is used only inside this closure.
            unsafe foreign.path = path.baseAddress
            let result = unsafe body(&foreign)
            guard result >= 0 else { return (result, nil) }
            switch Int(foreign.family) {
            case GATEHOUSE_IPV4:
                return (result, .ip(.v4(foreign.v4), port: foreign.port))
            case GATEHOUSE_IPV6:
                return (result, .ip(.v6(foreign.v6_high, foreign.v6_low), port: foreign.port, scope: foreign.scope))
            default:
                let bytes = unsafe UnsafeBufferPointer(rebasing: path[..<Int(foreign.path_length)])
                return (result, .unix(path: unsafe String(decoding: bytes, as: UTF8.self)))
            }
        }
    }

    static func local(of descriptor: Int32) -> SocketAddress? {
        // The shim fills in what it is given.
        unsafe filled { unsafe gatehouse_local_address(descriptor, $0) }.1
    }

    static func remote(of descriptor: Int32) -> SocketAddress? {
        // The shim fills in what it is given.
        unsafe filled { unsafe gatehouse_remote_address(descriptor, $0) }.1
    }
}
