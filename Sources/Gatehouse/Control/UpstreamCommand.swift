import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

/// `upstream …`: the groups, their servers, and changes to them without a reload.
enum UpstreamCommand {
    static let command = ControlCommand(
        name: "upstream",
        usage: [
            "upstream list",
            "upstream show GROUP",
            "upstream add GROUP ADDRESS [weight=N] [max_conns=N] [max_fails=N] [fail_timeout=TIME] [slow_start=TIME] [route=NAME] [backup] [down]",
            "upstream add GROUP NAME resolve [service=NAME] […]",
            "upstream remove GROUP SERVER",
            "upstream drain|down|up GROUP SERVER",
            "upstream weight GROUP SERVER N",
            "upstream set GROUP SERVER weight=N […]",
        ],
        run: run)

    @Sendable private static func run(
        _ words: ArraySlice<String>, _ generation: Generation, _ now: MonotonicInstant
    ) async throws(ControlFailure) -> String {
        var words = words
        guard let action = words.popFirst() else { throw wrongUse }
        if action == "list", words.isEmpty { return await UpstreamTable.list(generation.upstreams, now: now) }
        guard let name = words.popFirst() else { throw wrongUse }
        let group = try group(name, generation)
        if action == "show", words.isEmpty { return await UpstreamTable.show(group, now: now) }
        // It would be lost with the old configuration, or with the new one.
        if generation.reloads.trial != nil {
            throw ControlFailure("a new configuration is on trial, wait for its end or say \"reload adopt\" or \"reload withdraw\"")
        }
        try await change(group, action, Array(words), now: now)
        return ""
    }

    private static var wrongUse: ControlFailure { ControlFailure("use: " + command.usage.joined(separator: " | ")) }

    private static func group(_ name: String, _ generation: Generation) throws(ControlFailure) -> UpstreamGroup {
        // Groups of plain addresses in URLs have names as well, but nothing that could be changed.
        guard
            let group = generation.upstreams.first(where: {
                !$0.settings.isImplicit && $0.settings.canary == nil && $0.settings.name == name
            })
        else {
            throw ControlFailure("no upstream \"\(name)\"")
        }
        return group
    }

    private static func change(
        _ group: UpstreamGroup, _ action: String, _ words: [String], now: MonotonicInstant
    ) async throws(ControlFailure) {
        guard let server = words.first else { throw wrongUse }
        let method = group.method
        switch (action, words.count) {
        case ("add", _):
            try checkResolver(of: group, words)
            try await group.edit(now: now) { lines throws(ControlFailure) in try lines.add(words, method: method) }
        case ("remove", 1):
            try await group.edit(now: now) { lines throws(ControlFailure) in try lines.remove(server) }
        case ("weight", 2):
            let parameter = ["weight=" + words[1]]
            try await group.edit(now: now) { lines throws(ControlFailure) in try lines.set(server, parameter, method: method) }
        case ("set", 2...):
            try await group.edit(now: now) { lines throws(ControlFailure) in
                try lines.set(server, Array(words.dropFirst()), method: method)
            }
        default:
            guard words.count == 1, let administration = ServerLines.Administration(rawValue: action) else { throw wrongUse }
            try await set(group, server, administration, now: now)
        }
    }

    private static func checkResolver(of group: UpstreamGroup, _ words: [String]) throws(ControlFailure) {
        guard words.contains("resolve"), group.settings.resolver?.isOff ?? true else { return }
        throw ControlFailure("no resolver defined to resolve names at run time in upstream \"\(group.settings.name)\"")
    }

    /// A server, or one address of those that a name stands for; the latter is forgotten when the name does not stand for it any more.
    private static func set(
        _ group: UpstreamGroup, _ server: String, _ administration: ServerLines.Administration, now: MonotonicInstant
    ) async throws(ControlFailure) {
        let text = Array(server.utf8)
        let lines = group.lines
        let peers = await group.pool.members.filter { $0.text == text && lines[$0.line]?.fixedAddress == nil }
        guard !peers.isEmpty, !lines.hasServer(called: server) else {
            return try await group.edit(now: now) { lines throws(ControlFailure) in try lines.set(server, administration) }
        }
        for peer in peers {
            await group.pool.set(peer, administration == .up ? .up : administration == .down ? .down : .draining, now: now)
        }
    }
}
