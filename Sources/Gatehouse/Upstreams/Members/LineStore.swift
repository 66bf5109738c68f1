import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime

/// Keeps the lines of one group; where the group has a `state` file, for all generations with that file, and in the file.
///
/// A change counts once it is in the file. Files are read and written on a thread of their own, one after the other.
final class LineStore: Sendable {
    private struct State {
        var lines: ServerLines
        /// The file was read in this process; what it says is what `lines` are.
        var hasRead: Bool
    }

    private let state: Lock<State>
    private let file: StateFile?

    /// The lines of a configuration, to be forgotten with it.
    init(_ servers: [UpstreamServerSettings]) {
        state = Lock(State(lines: ServerLines(servers), hasRead: true))
        file = nil
    }

    /// - Parameter servers: those of the file as the configuration was loaded with it.
    init(_ servers: [UpstreamServerSettings], file: StateFile) {
        state = Lock(State(lines: ServerLines(servers), hasRead: false))
        self.file = file
    }

    /// Whether changes outlive the process.
    var isKept: Bool { file != nil }

    var lines: ServerLines { state.withLock { $0.lines } }

    /// Reads the file if this process has not done so yet: another process may have changed it since the configuration was loaded.
    /// - Returns: what is different. Throws where the file cannot be understood; the lines stay as they are then.
    func catchUp() async throws(ControlFailure) -> [ServerLines.Change] {
        guard let file else { return [] }
        return try await file.onItsThread { () throws(ControlFailure) in try self.read(file) }
    }

    /// Does one command to the lines and, first, to the file. Throws when either refuses; nothing is changed then.
    func edit(
        _ command: @escaping @Sendable (inout ServerLines) throws(ControlFailure) -> [ServerLines.Change]
    ) async throws(ControlFailure) -> [ServerLines.Change] {
        guard let file else {
            return try state.withLock { state throws(ControlFailure) in try command(&state.lines) }
        }
        return try await file.onItsThread { () throws(ControlFailure) in
            let missed = try self.read(file)
            var lines = self.lines
            let changes = try command(&lines)
            try file.write(StateText.write(lines))
            self.state.withLock { $0.lines = lines }
            return missed + changes
        }
    }

    private func read(_ file: StateFile) throws(ControlFailure) -> [ServerLines.Change] {
        if state.withLock({ $0.hasRead }) { return [] }
        let servers = try file.read()
        return state.withLock { state in
            state.hasRead = true
            return servers.map { state.lines.replace(with: $0) } ?? []
        }
    }
}
