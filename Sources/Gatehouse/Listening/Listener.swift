import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import Synchronization

/// Accepts the connections of one listening socket on one loop. Each connection is a child task: it may fail alone.
package struct Listener: Sendable {
    let address: ListenAddress
    let descriptor: Int32
    let context: LoopContext
    let control: ListenerControl
    let reserve: DescriptorReserve

    /// Accepts until `control` stops it, then waits for its connections to end.
    package func run() async {
        let state = ListenerState(address: address)
        let socket = ListeningSocket(inheriting: descriptor, address: SocketAddress(address))
        let accepting = AcceptSequence(socket, on: context.loop, reserve: reserve) { error in
            context.generation.processLog.log(.crit, "\(error) while accepting new connection")
        }
        guard control.begin(accepting) else { return }
        context.startedAccepting(accepting)
        let idle = LoopOwned(IdleConnections(on: context.loop))
        await withDiscardingTaskGroup { group in
            group.addTask(executorPreference: context.loop) { await idle.value.run() }
            do throws(SystemError) {
                try await accepting.forEach { accepted in
                    context.admitted(accepting)
                    group.addTask(executorPreference: context.loop) { await serve(accepted, state, idle.value) }
                }
            } catch {
                context.generation.processLog.log(.alert, "\(error) while accepting new connection on \(SocketAddress(address))")
            }
            idle.value.close()
        }
    }

    private func serve(_ accepted: AcceptedConnection, _ state: ListenerState, _ idle: IdleConnections) async {
        do throws(SystemError) {
            let socket = try accepted.socket(on: context.loop)
            guard let assigned = context.assign(state, local: { socket.localAddress }) else {
                socket.close()
                return context.left()
            }
            let connection = HTTP1Connection(
                accepted: accepted, socket: socket, listener: state, idle: idle, binding: assigned.binding, context: context,
                number: context.nextConnectionNumber())
            connection.facts.trialPart = assigned.part
            await connection.run()
        } catch {
            context.left()
            context.generation.processLog.log(.alert, "\(error) while taking a connection")
        }
    }
}

/// Stops one listener from any thread.
package final class ListenerControl: Sendable {
    private struct State {
        var isStopped = false
        var accepting: LoopOwned<AcceptSequence>?
    }
    private let state = Lock(State())
    private let context: LoopContext

    package init(context: LoopContext) { self.context = context }

    /// - Returns: false when it was stopped before it began.
    func begin(_ accepting: AcceptSequence) -> Bool {
        let owned = LoopOwned(accepting)
        return state.withLock { state in
            state.accepting = owned
            return !state.isStopped
        }
    }

    /// When it returns, nothing is accepted any more.
    package func stop() async {
        let accepting = state.withLock { state in
            state.isStopped = true
            return state.accepting
        }
        let context = context
        await withCheckedContinuation { continuation in
            context.loop.post {
                if let sequence = accepting?.value { context.stopAccepting(sequence) }
                continuation.resume()
            }
        }
    }
}

/// A value that only the loop's thread touches.
///
/// `@unchecked Sendable`: passed around by other threads, read on the loop's.
struct LoopOwned<Value>: @unchecked Sendable {
    let value: Value
    init(_ value: Value) { self.value = value }
}
