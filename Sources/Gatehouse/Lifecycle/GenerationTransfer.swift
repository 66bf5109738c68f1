import GatehouseConfig
import GatehouseRuntime

/// Sends a prepared generation to the server process: the files that were read, the open logs, and sockets for new addresses.
struct GenerationTransfer {
    private let previous: ListeningTable
    private let generation: PreparedGeneration
    private let number: Int
    private let logs: LogFiles

    /// - Parameters:
    ///   - previous: the sockets that the server process is sure to have.
    ///   - number: by which it will tell of the generation.
    init(from previous: ListeningTable, to generation: PreparedGeneration, number: Int, logs: LogFiles) {
        self.previous = previous
        self.generation = generation
        self.number = number
        self.logs = logs
    }

    func send(over channel: ControlChannel) {
        channel.send(.begin)
        sendFiles(over: channel)
        Self.sendLogs(logs, over: channel)
        sendSockets(over: channel)
        channel.send(.commit(number: number))
        channel.flush()
    }

    private func sendFiles(over channel: ControlChannel) {
        let snapshot = generation.snapshot
        for (path, content) in snapshot.files {
            // An empty file is one empty part.
            for start in stride(from: 0, to: max(1, content.count), by: ControlMessage.partSize) {
                let end = min(content.count, start + ControlMessage.partSize)
                channel.send(.file(path: path, part: Array(content[start..<end])))
            }
        }
        for (path, reason) in snapshot.failures { channel.send(.failedFile(path: path, reason: reason)) }
        for (pattern, paths) in snapshot.globs { channel.send(.glob(pattern: pattern, paths: paths)) }
    }

    private func sendSockets(over channel: ControlChannel) {
        for (address, sockets) in generation.listening.sockets {
            if sockets.map(\.descriptor) == previous.sockets[address]?.map(\.descriptor) {
                channel.send(.keeps(address))
            } else {
                for socket in sockets { channel.send(.listens(address), passing: socket.descriptor) }
            }
        }
    }

    /// Sends every open log; those that the server process has get the descriptor in place of their own, which names the same file.
    static func sendLogs(_ logs: LogFiles, over channel: ControlChannel) {
        for file in logs.all {
            let flush = file.buffering.interval.map { Int($0 / .milliseconds(1)) }
            channel.send(.log(path: file.path, buffer: file.buffering.size, flushMilliseconds: flush), passing: file.descriptor)
        }
    }
}
