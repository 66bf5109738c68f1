import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

/// Moves the datagrams of one association: from the client to where rules and guard let them, and the answers back. It ends with the
/// connection that asked for it, after silence, and when the server stops.
///
/// What passes is `DatagramAssociation`'s to say. The client's side has one socket; to the outside there is one for each address that
/// datagrams start from, so an answer can come from nobody but who was sent something.
///
/// `@unchecked Sendable`: belongs to its loop's thread; so do the child tasks that share it.
final class DatagramRelay: @unchecked Sendable {
    private let exchange: Exchange
    private var association: DatagramAssociation
    private let inside: Socket
    private let control: ByteStream
    /// By where they start; their places are the ways of `DatagramAssociation`.
    private var outside: [Outside] = []
    private var lastMove: MonotonicInstant
    private var isOver = false
    private(set) var moved = Tunnel.Moved()
    /// Of the client's address, where it is link-local.
    private var clientScope: UInt32 = 0
    /// What is malformed is told to the log once.
    private var hasReported: Set<SOCKSDatagram.Fault> = []

    /// An exit may have many addresses.
    private static let mostSources = 8
    /// Datagrams that are moved before others on the loop have a turn.
    private static let batch = 32
    private static let longestDatagram = 65_536

    private struct Outside {
        let source: IPAddress
        let socket: Socket
        /// There is a task for its answers.
        var isRead = false
    }

    private var loop: EventLoop { exchange.context.loop }

    init(_ exchange: Exchange, _ association: DatagramAssociation, inside: Socket, control: ByteStream) {
        self.exchange = exchange
        self.association = association
        self.inside = inside
        self.control = control
        lastMove = exchange.context.loop.now
    }

    /// Suspends until the association has ended; every socket but the control connection is closed then.
    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.watchControl() }
            await moveOut(&group)
            end()
        }
    }

    private func end() {
        isOver = true
        inside.close()
        for each in outside { each.socket.close() }
        // Ends the wait for the client's word, if it is not that which has ended.
        control.socket.cancel()
    }

    /// Waits for the end of the control connection, on which nothing more is said, or for silence.
    private func watchControl() async {
        let buffer = loop.buffers.borrow(64)
        defer { loop.buffers.giveBack(buffer) }
        let timeout = exchange.location.settings.forward.datagrams.timeout
        while !isOver {
            do throws(StreamError) {
                _ = try await control.receive(into: buffer, limit: 64, deadline: lastMove + timeout)
                break
            } catch {
                if error.isTimeout && loop.now < lastMove + timeout { continue }
                break
            }
        }
        if !isOver { end() }
    }

    // MARK: From the client

    private func moveOut(_ group: inout DiscardingTaskGroup) async {
        while !isOver {
            do throws(SocketError) {
                // Closed at the association's own deadline.
                try await inside.readable(deadline: .distantFuture)
                let buffer = loop.buffers.borrow(Self.longestDatagram)
                defer { loop.buffers.giveBack(buffer) }
                var count = 0
                while count < Self.batch, let sender = try inside.receiveDatagramNow(into: buffer, limit: Self.longestDatagram) {
                    forward(buffer, from: sender, &group)
                    buffer.clear()
                    count += 1
                }
                if count == Self.batch { await Task.yield() }
            } catch {
                return
            }
        }
    }

    private func forward(_ buffer: ByteBuffer, from sender: SocketAddress, _ group: inout DiscardingTaskGroup) {
        guard case .ip(let address, let port, let scope) = sender, association.admits(.init(address, port: port)) else { return }
        clientScope = scope
        switch SOCKSDatagram.parse(buffer.readable) {
        case .malformed(let fault): report(fault)
        case .datagram(let host, let port, let payload):
            buffer.consume(payload)
            let destination = DatagramAssociation.Destination(host: host, port: port)
            switch association.send(to: destination, now: loop.now, payload: { buffer.bytes() }) {
            case .send(let endpoint, let way): send(buffer, to: endpoint, way)
            case .hold, .drop: break
            case .judge: group.addTask { await self.judge(destination) }
            }
        }
    }

    private func report(_ fault: SOCKSDatagram.Fault) {
        guard hasReported.insert(fault).inserted else { return }
        exchange.generation.log(.info, "a datagram of the client \(fault.rawValue)", exchange)
    }

    private func send(_ buffer: ByteBuffer, to endpoint: DatagramAssociation.Endpoint, _ way: Int) {
        lastMove = loop.now
        let error = outside[way].socket.sendDatagramNow(buffer, to: .ip(endpoint.address, port: endpoint.port))
        if error == nil { moved.toUpstream += buffer.count }
    }

    // MARK: Judging

    /// Looks a destination up and lets datagrams pass to it or not, as CONNECT's tunnels. Goes on as the reader of the socket that it has
    /// opened for them, if it has.
    private func judge(_ destination: DatagramAssociation.Destination) async {
        let found = await find(destination)
        if isOver { return }
        let waiting = association.judged(destination, found?.endpoint, way: found?.way ?? 0, now: loop.now)
        if let found {
            for payload in waiting {
                let buffer = loop.buffers.borrow(payload.count)
                buffer.append(payload)
                send(buffer, to: found.endpoint, found.way)
                loop.buffers.giveBack(buffer)
            }
            if let opened = takeUnread(found.way) { await moveBack(opened) }
        }
    }

    private func find(_ destination: DatagramAssociation.Destination) async -> (endpoint: DatagramAssociation.Endpoint, way: Int)? {
        let target = ForwardDestination(host: destination.host, port: destination.port, isTunnel: true)
        let name = String(decoding: target.authority, as: UTF8.self)
        guard exchange.location.settings.forward.datagrams.ports?.contains(target.port) == true,
            !ForwardDestination.isDisguisedAddress(target.host)
        else {
            exchange.generation.log(.error, "forward proxy refuses datagrams to \"\(name)\"", exchange)
            return nil
        }
        switch await ForwardWay.find(target, exchange, watchesClient: false) {
        case .refused: return nil
        case .parent:
            exchange.generation.log(.error, "datagrams to \"\(name)\" cannot pass over a parent proxy", exchange)
            return nil
        case .direct(let addresses, let exit):
            guard let address = addresses.first, !isOver, let way = way(to: address, exit) else { return nil }
            return (DatagramAssociation.Endpoint(address, port: UInt16(truncatingIfNeeded: target.port)), way)
        }
    }

    /// The place of the socket that datagrams to `address` start from; one is opened where there is none.
    private func way(to address: IPAddress, _ exit: ChosenExit?) -> Int? {
        let source = exit?.source(for: address) ?? (address.isV4 ? .v4(0) : .v6(0, 0))
        if let known = outside.firstIndex(where: { $0.source == source }) { return known }
        guard outside.count < Self.mostSources else { return nil }
        do throws(SocketError) {
            let socket = try Socket.bindDatagram(to: .ip(source, port: 0), on: loop)
            outside.append(Outside(source: source, socket: socket))
            return outside.count - 1
        } catch {
            exchange.generation.log(.error, "no datagrams can be sent from \(source): \(error)", exchange)
            return nil
        }
    }

    /// - Returns: `nil` where somebody reads from it already.
    private func takeUnread(_ way: Int) -> Socket? {
        if outside[way].isRead { return nil }
        outside[way].isRead = true
        return outside[way].socket
    }

    // MARK: To the client

    private func moveBack(_ socket: Socket) async {
        while !isOver {
            do throws(SocketError) {
                // Closed at the association's own deadline.
                try await socket.readable(deadline: .distantFuture)
                let buffer = loop.buffers.borrow(Self.longestDatagram)
                defer { loop.buffers.giveBack(buffer) }
                var count = 0
                while count < Self.batch, let sender = try socket.receiveDatagramNow(into: buffer, limit: Self.longestDatagram) {
                    answer(buffer, from: sender)
                    buffer.clear()
                    count += 1
                }
                if count == Self.batch { await Task.yield() }
            } catch {
                return
            }
        }
    }

    private func answer(_ payload: ByteBuffer, from sender: SocketAddress) {
        guard case .ip(let address, let port, _) = sender, association.admitsAnswer(from: .init(address, port: port)),
            let client = association.clientEndpoint
        else { return }
        lastMove = loop.now
        let datagram = loop.buffers.borrow(SOCKSDatagram.longestHead + payload.count)
        defer { loop.buffers.giveBack(datagram) }
        datagram.append(SOCKSDatagram.head(from: address, port: port))
        datagram.append(payload)
        let error = inside.sendDatagramNow(datagram, to: .ip(client.address, port: client.port, scope: clientScope))
        if error == nil { moved.toClient += payload.count }
    }
}
