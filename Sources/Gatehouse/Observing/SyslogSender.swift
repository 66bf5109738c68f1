import GatehouseConfig
import GatehouseRuntime
import GatehouseWire
import Glibc

/// Sends log lines to a syslog server over UDP or a Unix datagram socket, in the layout of RFC 3164 section 4.1.
///
/// A line that cannot be sent at once is lost, and the socket is opened anew for the next one.
package final class SyslogSender: Sendable {
    package let settings: SyslogSettings
    private let address: SocketBytes
    private let hostName: String
    private let descriptor: Lock<Int32>

    /// - Throws: `SyslogError` where the server is a name that does not stand for an address.
    package init(_ settings: SyslogSettings) throws(SyslogError) {
        self.settings = settings
        address = try SocketBytes(settings.server)
        hostName = LogSystem.hostName()
        descriptor = Lock(-1)
    }

    deinit {
        descriptor.withLock { if $0 >= 0 { close($0) } }
    }

    /// Sends `line` with the severity that the settings name, as `access_log` does.
    package func send(_ line: some Collection<UInt8>) {
        send(line, severity: settings.severity, at: LogSystem.now())
    }

    /// - Parameter severity: 0 (emergency) to 7 (debug).
    func send(_ line: some Collection<UInt8>, severity: Int, at second: Int) {
        let message = Self.message(line, settings: settings, severity: severity, hostName: hostName, at: LocalTime(epochSecond: second))
        descriptor.withLock { descriptor in
            if descriptor < 0 { descriptor = (try? LogSystem.connectDatagram(to: address.bytes, family: address.family)) ?? -1 }
            guard descriptor >= 0, !LogSystem.send(message, to: descriptor) else { return }
            close(descriptor)
            descriptor = -1
        }
    }

    /// `<PRI>Mon DD HH:MM:SS host tag: line`.
    static func message(
        _ line: some Collection<UInt8>, settings: SyslogSettings, severity: Int, hostName: String, at time: LocalTime
    ) -> [UInt8] {
        let host = settings.includesHostname ? " \(hostName)" : ""
        var message = Array("<\(settings.facility * 8 + severity)>\(time.syslogText)\(host) \(settings.tag): ".utf8)
        message.append(contentsOf: line.prefix(longestLine))
        return message
    }

    /// In bytes.
    private static let longestLine = 2048
}

/// A syslog server that is written as a name without a known address.
package struct SyslogError: Error, Equatable, CustomStringConvertible {
    package let server: String

    package var description: String { "host not found in syslog server \"\(server)\"" }
}

/// A `sockaddr` as the kernel reads it.
struct SocketBytes: Sendable, Equatable {
    let family: Int32
    let bytes: [UInt8]

    init(_ address: UpstreamAddress) throws(SyslogError) {
        switch address {
        case .ip(let address, let port): self.init(address, port: port)
        case .unix(let path): self.init(path: path)
        case .name("localhost", let port): self.init(.v4(0x7f00_0001), port: port)
        case .name(let name, _): throw SyslogError(server: name)
        }
    }

    init(_ address: IPAddress, port: Int) {
        family = address.isV4 ? AF_INET : AF_INET6
        let head = Self.native(family) + [UInt8(truncatingIfNeeded: port >> 8), UInt8(truncatingIfNeeded: port)]
        // sockaddr_in ends with eight unused bytes; sockaddr_in6 has the flow label before and the scope behind the address.
        bytes =
            address.isV4
            ? head + address.networkBytes + [UInt8](repeating: 0, count: 8)
            : head + [0, 0, 0, 0] + address.networkBytes + [0, 0, 0, 0]
    }

    init(path: String) {
        family = AF_UNIX
        bytes = Self.native(AF_UNIX) + Array(path.utf8.prefix(107)) + [0]
    }

    private static func native(_ family: Int32) -> [UInt8] {
        [UInt8(truncatingIfNeeded: family), UInt8(truncatingIfNeeded: family >> 8)]
    }
}
