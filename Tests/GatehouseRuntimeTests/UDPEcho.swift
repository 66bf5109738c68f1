import CGatehouse

@testable import GatehouseRuntime

/// A datagram socket that sends back what it got, when told to.
struct UDPEcho {
    private let file: File
    let address: SocketAddress

    init() throws {
        let any = SocketAddress.ip(loopback, port: 0)
        let descriptor = Descriptor(adopting: try SystemError.check(gatehouse_socket(any.family, 1), "socket"))
        // Read during the call.
        _ = try SystemError.check(unsafe any.withForeign { unsafe gatehouse_bind(descriptor.number, $0) }, "bind")
        address = SocketAddress.local(of: descriptor.number)!
        file = File(adopting: descriptor)
    }

    func answer(_ count: Int) {
        for _ in 0..<count {
            var bytes = [UInt8](repeating: 0, count: 512)
            var length = 0
            // The shim writes at most as many bytes as it is told there are, and fills in the address.
            let (_, from) = unsafe SocketAddress.filled { address in
                length = unsafe gatehouse_receive_from(file.descriptor.number, &bytes, bytes.count, address)
                return Int32(length)
            }
            _ = unsafe from?.withForeign { unsafe Int32(gatehouse_send_to(file.descriptor.number, bytes, length, $0)) }
        }
    }
}
