package import GatehouseWire
import Glibc

/// The system's own resolver: hosts file, DNS, and what else `nsswitch.conf` names.
package enum SystemResolver {
    /// All addresses of `name`, IPv4 first and each once; empty when there are none. Blocks, so never on a loop.
    package static func addresses(of name: String) -> [IPAddress] {
        if let address = IPAddress(name) { return [address] }
        if name.utf8.contains(0) { return [] }
        // A structure of zeroes, whose pointers stay null.
        var hints = unsafe addrinfo()
        unsafe hints.ai_family = AF_UNSPEC
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        // The list is the library's until `freeaddrinfo`, which is called once it was copied.
        guard unsafe getaddrinfo(name, nil, &hints, &list) == 0 else { return [] }
        defer { unsafe freeaddrinfo(list) }
        var found: [IPAddress] = []
        var next = unsafe list
        while let entry = unsafe next {
            if let address = unsafe address(in: entry.pointee), !found.contains(address) { found.append(address) }
            unsafe next = entry.pointee.ai_next
        }
        return found.filter(\.isV4) + found.filter { !$0.isV4 }
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
