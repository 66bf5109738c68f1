import CGatehouse
import GatehouseWire
import Synchronization

@testable import GatehouseRuntime

/// A name server at a port of the loopback, with a thread of its own that answers as it is told.
final class ScriptedNameServer: Sendable {
    let address: SocketAddress
    private let descriptor: Int32
    private let counter: Counter

    private final class Counter: Sendable {
        let queries = Atomic(0)
    }

    /// The datagrams that came so far.
    var queryCount: Int { counter.queries.load(ordering: .acquiring) }

    /// `reply` gets a query and its number, and says what to send back. The thread ends with a query without content.
    init(
        at wanted: SocketAddress = .ip(.v4(0x7f00_0001), port: 0), _ reply: @escaping @Sendable ([UInt8], Int) -> [[UInt8]]
    ) throws {
        let descriptor = try SystemError.check(gatehouse_socket(wanted.family, 1), "socket")
        // Read during the call.
        _ = try SystemError.check(unsafe wanted.withForeign { unsafe gatehouse_bind(descriptor, $0) }, "bind")
        _ = try SystemError.check(gatehouse_set_nonblocking(descriptor, 0), "fcntl")
        self.descriptor = descriptor
        address = SocketAddress.local(of: descriptor)!
        let counter = Counter()
        self.counter = counter
        let thread = try SystemThread(name: "dns") {
            while let (query, from) = Self.receive(descriptor), !query.isEmpty {
                let number = counter.queries.add(1, ordering: .acquiringAndReleasing).newValue
                for answer in reply(query, number) { Self.send(answer, from, descriptor) }
            }
            _ = gatehouse_close(descriptor)
        }
        thread.detach()
    }

    deinit {
        Self.send([], address, descriptor)
    }

    private static func receive(_ descriptor: Int32) -> ([UInt8], SocketAddress)? {
        var bytes = [UInt8](repeating: 0, count: 512)
        var length = 0
        // The shim writes at most as many bytes as it is told there are, and fills in the address.
        let (_, from) = unsafe SocketAddress.filled { address in
            length = unsafe gatehouse_receive_from(descriptor, &bytes, bytes.count, address)
            return Int32(length)
        }
        return from.map { (Array(bytes.prefix(max(0, length))), $0) }
    }

    private static func send(_ bytes: [UInt8], _ to: SocketAddress, _ descriptor: Int32) {
        // The shim reads during the call.
        _ = unsafe to.withForeign { unsafe Int32(gatehouse_send_to(descriptor, bytes, bytes.count, $0)) }
    }
}
