package import GatehouseWire
import Glibc

/// The system's own resolver: hosts file, DNS, and what else `nsswitch.conf` names.
package enum SystemResolver {
    package enum Answer: Sendable, Equatable {
        /// At least one: IPv4 first, each once.
        case found([IPAddress])
        /// There is no such name, or none with an address.
        case unknown
        /// Nobody could be asked, or none answered.
        case noAnswer
    }

    /// All addresses of `name`, IPv4 first and each once; empty when there are none. Blocks, so never on a loop.
    package static func addresses(of name: String) -> [IPAddress] {
        if case .found(let addresses) = lookUp(name) { addresses } else { [] }
    }

    /// The same, and what it means where there are none. Blocks.
    package static func lookUp(_ name: String) -> Answer {
        if let address = IPAddress(name) { return .found([address]) }
        if name.utf8.contains(0) { return .unknown }
        // A structure of zeroes, whose pointers stay null.
        var hints = unsafe addrinfo()
        unsafe hints.ai_family = AF_UNSPEC
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        // The list is the library's until `freeaddrinfo`, which is called once it was copied.
        let result = unsafe getaddrinfo(name, nil, &hints, &list)
        if result == EAI_AGAIN { return .noAnswer }
        guard result == 0 else { return .unknown }
        defer { unsafe freeaddrinfo(list) }
        var found: [IPAddress] = []
        var next = unsafe list
        while let entry = unsafe next {
            if let address = unsafe address(in: entry.pointee), !found.contains(address) { found.append(address) }
            unsafe next = entry.pointee.ai_next
        }
        return found.isEmpty ? .unknown : .found(found.filter(\.isV4) + found.filter { !$0.isV4 })
    }

    /// The address of an entry of one of the two families. The entry has to be alive.
    @unsafe private static func address(in entry: addrinfo) -> IPAddress? {
        // `ai_family` says which structure `ai_addr` points to, and both keep their address in network order.
        switch unsafe entry.ai_family {
        case AF_INET:
            return unsafe entry.ai_addr?.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                .v4(UInt32(bigEndian: unsafe $0.pointee.sin_addr.s_addr))
            }
        case AF_INET6:
            return unsafe entry.ai_addr?.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { pointer in
                unsafe withUnsafeBytes(of: &pointer.pointee.sin6_addr) { bytes in
                    // A span of the sixteen bytes that does not leave the closure.
                    unsafe IPAddress(networkBytes: Span(_unsafeElements: bytes.bindMemory(to: UInt8.self)))
                }
            }
        default:
            return nil
        }
    }
}
