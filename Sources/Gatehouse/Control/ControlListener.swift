import GatehouseRuntime
import GatehouseWire
import Synchronization

/// Answers the commands that come over the control socket, on one loop.
struct ControlListener: Sendable {
    let descriptor: Int32
    let address: SocketAddress
    let context: LoopContext
    let control: ListenerControl
    /// Commands at the same time; more callers are turned away.
    static let most = 32

    /// Accepts until `control` stops it; commands under way are carried out, callers that have not finished their line are left.
    func run() async {
        let accepting = AcceptSequence(ListeningSocket(inheriting: descriptor, address: address), on: context.loop)
        guard control.begin(accepting) else { return }
        let open = OpenCalls()
        await withDiscardingTaskGroup { group in
            var iterator = accepting.makeAsyncIterator()
            do throws(SystemError) {
                while let accepted = try await iterator.next(isolation: nil) {
                    if open.count.load(ordering: .relaxed) >= Self.most { continue }
                    open.count.add(1, ordering: .relaxed)
                    group.addTask(executorPreference: context.loop) {
                        await serve(accepted)
                        open.count.subtract(1, ordering: .relaxed)
                    }
                }
            } catch {
                context.generation.processLog.log(.alert, "\(error) while accepting on the control socket")
            }
            group.cancelAll()
        }
    }

    private func serve(_ accepted: AcceptedConnection) async {
        do throws(SystemError) {
            let socket = try accepted.socket(on: context.loop)
            defer { socket.close() }
            do throws(SocketError) {
                guard let line = try await receiveLine(socket) else { return }
                let result = await ControlExchange.perform(line, on: context.generation, now: context.loop.now)
                note(line, result)
                let answer = ByteBuffer()
                answer.append(ControlExchange.answer(result))
                let deadline = context.loop.now + ControlExchange.patience
                try await socket.cancelledWithTask { () async throws(SocketError) in try await socket.send(answer, deadline: deadline) }
            } catch {
                context.generation.processLog.log(.info, "\(error) on the control socket")
            }
        } catch {
            context.generation.processLog.log(.alert, "\(error) while taking a control connection")
        }
    }

    /// Nil when the caller ends or says too much before a line is complete.
    private func receiveLine(_ socket: Socket) async throws(SocketError) -> [UInt8]? {
        let buffer = ByteBuffer()
        let deadline = context.loop.now + ControlExchange.patience
        return try await socket.cancelledWithTask { () async throws(SocketError) in
            while buffer.count < ControlExchange.longestRequest {
                let before = buffer.count
                let count = try await socket.receive(into: buffer, limit: ControlExchange.longestRequest - before, deadline: deadline)
                if count == 0 { return nil }
                let bytes = buffer.bytes()
                if let end = bytes.firstIndex(of: 0x0a) { return Array(bytes[..<end]) }
            }
            return nil
        }
    }

    /// Commands that only look; some are given every few seconds by a monitor.
    private static let questions: Set<Substring> = ["list", "show", "status"]

    /// Every command is in the log, since it may change what the server does.
    private func note(_ line: [UInt8], _ result: Result<String, ControlFailure>) {
        let log = context.generation.processLog
        let text = String(decoding: line, as: UTF8.self)
        let action = text.split(separator: " ").dropFirst().first
        switch result {
        case .success: log.log(action.map(Self.questions.contains) == true ? .info : .notice, "control: \(text)")
        case .failure(let failure): log.log(.notice, "control: \(text): \(failure)")
        }
    }
}

/// How many callers are being served.
private final class OpenCalls: Sendable {
    let count = Atomic<Int>(0)
}
