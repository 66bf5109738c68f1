import GatehousePolicy
import GatehouseWire

/// `reload …`: how a configuration on trial stands (`reload_canary`), and what people want of it.
enum ReloadCommand {
    static let command = ControlCommand(name: "reload", usage: ["reload status", "reload adopt|withdraw"], run: run)

    @Sendable private static func run(
        _ words: ArraySlice<String>, _ generation: Generation, _ now: MonotonicInstant
    ) async throws(ControlFailure) -> String {
        guard let action = words.first, words.count == 1 else { throw wrongUse }
        switch action {
        case "status":
            let lines = await generation.reloads.status(now: now)
            return lines.isEmpty ? "configuration: none on trial\n" : lines.map { $0 + "\n" }.joined()
        case "adopt":
            return try told(await generation.reloads.trial?.adopt(now: now), to: action)
        case "withdraw":
            return try told(await generation.reloads.trial?.withdraw(now: now), to: action)
        default: throw wrongUse
        }
    }

    /// It is done within a moment, and the error log says so.
    private static func told(_ outcome: ReloadOutcome?, to action: String) throws(ControlFailure) -> String {
        guard let outcome else { throw ControlFailure("no configuration is on trial, there is nothing to \(action)") }
        return "\(outcome)\n"
    }

    private static var wrongUse: ControlFailure { ControlFailure("use: " + command.usage.joined(separator: " | ")) }
}
