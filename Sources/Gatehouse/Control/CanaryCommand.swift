import GatehousePolicy
import GatehouseWire

/// `canary …`: how rollouts stand, and what people want of them.
enum CanaryCommand {
    static let command = ControlCommand(
        name: "canary",
        usage: ["canary status [NAME]", "canary promote NAME [all]", "canary hold|rollback NAME"], run: run)

    @Sendable private static func run(
        _ words: ArraySlice<String>, _ generation: Generation, _ now: MonotonicInstant
    ) async throws(ControlFailure) -> String {
        var words = words
        guard let action = words.popFirst() else { throw wrongUse }
        if action == "replay" { throw ControlFailure("a journal is replayed without a server: gatehouse canary replay FILE") }
        if action == "status" {
            guard let name = words.popFirst() else {
                let reloads = await generation.reloads.status(now: now)
                return await status(generation.canaries, now: now) + reloads.map { $0 + "\n" }.joined()
            }
            if !words.isEmpty { throw wrongUse }
            return await status([try Self.entry(name, generation)], now: now)
        }
        guard let name = words.popFirst() else { throw wrongUse }
        let entry = try Self.entry(name, generation)
        guard let event = Self.event(action, words) else { throw wrongUse }
        guard let decision = await entry.router.steer(event, now: now) else {
            throw ControlFailure("canary \"\(name)\" is \(entry.router.stateName) at \(entry.router.share), there is nothing to \(action)")
        }
        CanaryLog.note(decision, of: entry.settings.name, in: generation.processLog)
        return decision.description + "\n"
    }

    private static var wrongUse: ControlFailure { ControlFailure("use: " + command.usage.joined(separator: " | ")) }

    private static func entry(_ name: String, _ generation: Generation) throws(ControlFailure) -> CanaryEntry {
        guard let entry = generation.canaries.first(where: { $0.settings.name == name }) else {
            throw ControlFailure("no canary \"\(name)\"")
        }
        return entry
    }

    private static func event(_ action: String, _ words: ArraySlice<String>) -> CanaryEvent? {
        switch (action, Array(words)) {
        case ("promote", []): .promote(entirely: false)
        case ("promote", ["all"]): .promote(entirely: true)
        case ("hold", []): .hold
        case ("rollback", []): .rollBack
        default: nil
        }
    }

    private static func status(_ entries: [CanaryEntry], now: MonotonicInstant) async -> String {
        var text = ""
        for entry in entries {
            for line in await entry.router.status(now: now) { text += line + "\n" }
        }
        return text
    }
}
