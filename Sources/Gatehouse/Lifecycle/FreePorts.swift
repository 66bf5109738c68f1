import GatehouseRuntime
import GatehouseWire

/// Ports of the loopback interface.
package enum FreePorts {
    package struct Taken: Error, CustomStringConvertible {
        package let port: Int
        package let error: SystemError

        package var description: String {
            "port \(port) cannot be used (\(error.message)); choose others: gatehouse demo --port 8081 --tls-port 8444"
        }
    }

    /// Throws where a server could not listen on `port` for all addresses.
    package static func check(_ port: Int) throws(Taken) {
        do throws(SystemError) {
            try ListeningSocket.bind(to: .ip(.v4(0), port: UInt16(port))).close()
        } catch {
            throw Taken(port: port, error: error)
        }
    }

    /// Different ports that nobody listens on now.
    package static func choose(_ count: Int) throws(SystemError) -> [Int] {
        var sockets: [ListeningSocket] = []
        // All are open at once, so that no port is chosen twice.
        defer { sockets.forEach { $0.close() } }
        for _ in 0..<count { sockets.append(try ListeningSocket.bind(to: .ip(.v4(0x7f00_0001), port: 0))) }
        return sockets.compactMap { $0.address.port.map(Int.init) }
    }
}
