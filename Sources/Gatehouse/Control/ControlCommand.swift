import GatehouseRuntime
import GatehouseWire

/// One word that the control socket understands, with what may follow it.
package struct ControlCommand: Sendable {
    package typealias Action =
        @Sendable (
            _ words: ArraySlice<String>, _ generation: Generation, _ now: MonotonicInstant
        ) async throws(ControlFailure) -> String

    /// The first word of its lines.
    package let name: String
    /// Its forms, one a line, as the help shows them.
    package let usage: [String]
    /// Carries one command out on the server's current generation. Returns what the caller gets to read; throws what the caller did wrong,
    /// or what failed.
    let run: Action

    /// All of them. The program sends a command line that begins with one of their names to the control socket.
    package static let all: [ControlCommand] = [UpstreamCommand.command, CanaryCommand.command, ReloadCommand.command]

    package static func named(_ name: String) -> ControlCommand? { all.first { $0.name == name } }
}
