import GatehouseConfig
import GatehouseRuntime
import GatehouseWire
import Glibc

/// A listening address as the configuration names it.
package typealias ListeningKey = ListenAddress

/// The listening sockets of the parent: opened while it has its privileges, inherited by every server process, kept over reloads.
struct ListeningTable {
    private(set) var sockets: [ListeningKey: [ListeningSocket]] = [:]

    /// What the server process works with: with `reuseport` an address has a socket for each loop, else one that all share.
    var descriptors: [ListeningKey: [Int32]] {
        sockets.mapValues { $0.map(\.descriptor) }
    }

    /// Sockets for the addresses that another program instance has handed over.
    init(inheriting descriptors: [Int32] = []) {
        for descriptor in descriptors {
            guard let address = ProcessSystem.localAddress(of: descriptor) else { continue }
            sockets[address.listeningKey, default: []].append(ListeningSocket(inheriting: descriptor, address: address))
        }
    }

    /// The table for another configuration: sockets of addresses that stay are taken over, the others are opened.
    /// Nothing is closed; where opening fails, what was opened here is closed again.
    /// - Parameter whenInUse: asked what to do about an address in use; it waits as long as it likes.
    func adapted(
        to listeners: [ListenSettings], loops: Int, whenInUse: (ListeningError) -> InUse
    ) throws(ListeningError) -> ListeningTable {
        var table = ListeningTable()
        for listen in Self.boundListeners(listeners) {
            let wanted = listen.reusesPort ? loops : 1
            var found = Array((sockets[listen.address] ?? []).prefix(wanted)).map { $0.update(ListenOptions(listen)) }
            do {
                while found.count < wanted, let socket = try Self.open(listen, whenInUse) { found.append(socket) }
            } catch {
                table.sockets[listen.address] = found
                table.close(except: self)
                throw error
            }
            if !found.isEmpty { table.sockets[listen.address] = found }
        }
        return table
    }

    /// The sockets of both; of an address that both have, those of the one that has more: they begin with the other's.
    func joined(with other: ListeningTable) -> ListeningTable {
        var table = self
        table.sockets.merge(other.sockets) { $0.count >= $1.count ? $0 : $1 }
        return table
    }

    /// The addresses for which both have the same sockets.
    func common(with other: ListeningTable) -> ListeningTable {
        var table = self
        table.sockets = sockets.filter { address, own in other.sockets[address]?.map(\.descriptor) == own.map(\.descriptor) }
        return table
    }

    /// Closes the sockets that `other` does not hold, and removes the files of such unix sockets.
    func close(except other: ListeningTable = ListeningTable(), removesFiles: Bool = true) {
        let kept = Set(other.sockets.values.joined().map(\.descriptor))
        for group in sockets.values {
            for socket in group where !kept.contains(socket.descriptor) { socket.close() }
        }
        if removesFiles { removeFiles(except: other) }
    }

    /// Removes the files of unix sockets that `other` does not have, so that the next start finds their paths free.
    func removeFiles(except other: ListeningTable = ListeningTable()) {
        for address in sockets.keys where other.sockets[address] == nil {
            if case .unix(let path) = address, !path.hasPrefix("@") { ProcessSystem.removeFile(path) }
        }
    }

    /// One `listen` for each address that gets a socket of its own: a port that is bound for all addresses covers the others,
    /// unless such a `listen` says `bind` or sets socket options.
    static func boundListeners(_ listeners: [ListenSettings]) -> [ListenSettings] {
        listeners.filter { listen in
            guard case .ip(let ip, let port) = listen.address, !ip.isWildcard, !listen.binds, !listen.setsSocketOptions else { return true }
            return !listeners.contains { $0.address == .ip(ip.isV4 ? .v4(0) : .v6(0, 0), port: port) }
        }
    }

    /// What to do about an address that another program listens on.
    enum InUse { case tryAgain, leaveOut, fail }

    /// Nil for an address that is left out.
    private static func open(_ listen: ListenSettings, _ whenInUse: (ListeningError) -> InUse) throws(ListeningError) -> ListeningSocket? {
        while true {
            do throws(SystemError) {
                return listen.isPrivate ? try openPrivate(listen) : try openPublic(listen)
            } catch {
                let failure = ListeningError(address: listen.address, error: error)
                guard error.code == EADDRINUSE else { throw failure }
                switch whenInUse(failure) {
                case .tryAgain: continue
                case .leaveOut: return nil
                case .fail: throw failure
                }
            }
        }
    }
}

extension ListeningTable {
    private static func openPublic(_ listen: ListenSettings) throws(SystemError) -> ListeningSocket {
        let socket = try ListeningSocket.bind(to: SocketAddress(listen.address), options: ListenOptions(listen))
        // Clients of any user may connect, as with nginx.
        if case .unix(let path) = listen.address, !path.hasPrefix("@") { ProcessSystem.openToAll(path) }
        return socket
    }

    /// A socket file that was never open to others, not even for a moment. One that a killed process has left behind makes way.
    private static func openPrivate(_ listen: ListenSettings) throws(SystemError) -> ListeningSocket {
        let address = SocketAddress(listen.address)
        if case .unix(let path) = address, ListeningSocket.isAbandoned(address) { ProcessSystem.removeFile(path) }
        return try ProcessSystem.withPrivateFiles { () throws(SystemError) in
            try ListeningSocket.bind(to: address, options: ListenOptions(listen))
        }
    }
}

/// A listening socket that could not be opened.
struct ListeningError: Error, CustomStringConvertible {
    let address: ListeningKey
    let error: SystemError

    /// In nginx's words: `bind() to 0.0.0.0:80 failed (98: Address already in use)`.
    var description: String {
        "\(error.operation)() to \(SocketAddress(address)) failed (\(error.code): \(error.message))"
    }
}

extension IPAddress {
    var isWildcard: Bool { self == .v4(0) || self == .v6(0, 0) }
}

extension SocketAddress {
    /// `@name` of the configuration is an abstract name, which the kernel begins with a zero byte.
    package init(_ address: ListenAddress) {
        switch address {
        case .ip(let ip, let port): self = .ip(ip, port: UInt16(truncatingIfNeeded: port))
        case .unix(let path): self = .unix(path: path.hasPrefix("@") ? "\0" + path.dropFirst() : path)
        }
    }

    package var listeningKey: ListeningKey {
        switch self {
        case .ip(let ip, let port, _): .ip(ip, port: Int(port))
        case .unix(let path): .unix(path.hasPrefix("\0") ? "@" + path.dropFirst() : path)
        }
    }
}

extension ListenOptions {
    package init(_ listen: ListenSettings) {
        self.init()
        backlog = listen.backlog
        reusesPort = listen.reusesPort
        isIPv6Only = listen.isIPv6Only
        isDeferred = listen.isDeferred
        fastOpen = listen.fastOpen
        keepsAlive = listen.keepalive?.isOn
        keepaliveIdle = listen.keepalive?.idle
        keepaliveInterval = listen.keepalive?.interval
        keepaliveCount = listen.keepalive?.count
        sendBuffer = listen.sendBuffer
        receiveBuffer = listen.receiveBuffer
    }
}
