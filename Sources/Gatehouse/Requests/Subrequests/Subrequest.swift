import GatehouseWire

/// A request that another one makes inside the server: an exchange of its own, with its own way through the phases.
///
/// It begins with a URI, as nginx's subrequests do: the server level's rewriting, a location, its handler. Access is not asked for again. What
/// becomes of the answer is its client's business: `DroppingClient` throws it away, another could hand its body on. When `run` has returned,
/// `exchange.response` and `exchange.upstreamLog.head` tell how it went, until `recycle`.
package final class Subrequest {
    package let exchange: Exchange
    /// An exchange does not own its client.
    private let client: any ClientStream

    /// - Parameters:
    ///   - parent: whose head, variables and body it has; it may end before this one.
    ///   - path: decoded, as `Exchange.path` is.
    package init(of parent: Exchange, path: [UInt8], arguments: [UInt8], answering client: any ClientStream) {
        self.client = client
        if let spare = parent.context.takeExchange() {
            exchange = spare
            spare.begin(connection: parent.connection, client: client, generation: parent.generation, server: parent.server)
        } else {
            exchange = Exchange(
                context: parent.context, connection: parent.connection, client: client, generation: parent.generation,
                server: parent.server)
        }
        exchange.inherit(from: parent)
        exchange.path = path
        exchange.arguments = arguments
    }

    /// Suspends until the answer was given. Never throws, as `RequestPath.serve`.
    package func run() async { await RequestPath.serve(subrequest: exchange) }

    /// Gives the exchange back; nothing may be asked of it afterwards.
    package func recycle() {
        exchange.reset()
        exchange.context.giveBack(exchange)
    }
}

extension Exchange {
    /// Takes over what a subrequest knows of the request that makes it.
    fileprivate func inherit(from parent: Exchange) {
        head = parent.head
        method = parent.method
        realAddress = parent.realAddress
        authenticatedUser = parent.authenticatedUser
        slots = parent.slots
        requestID = parent.makeRequestID()
        requestNumber = parent.requestNumber
        isPipelined = parent.isPipelined
        startTime = context.loop.now
        startWallClock = context.loop.wallClock
        isInternal = true
        isSubrequest = true
        isTargetUntouched = false
        // There is nothing to read: the body was read before, or is not its business.
        body.isRead = true
        body.stored = parent.body.isRead ? parent.body.stored : nil
    }
}
