extension UpstreamServerSettings {
    /// Reads the arguments of `server` in an `upstream` block.
    ///
    /// - Parameters:
    ///   - arguments: the address and the parameters.
    ///   - allowsBackup: whether the balancing method knows backup servers.
    package init(parsing arguments: [String], allowsBackup: Bool, position: SourcePosition) throws(ArgumentError) {
        let target: NetworkTarget
        do {
            target = try NetworkTarget(parsing: Array(arguments[0].utf8), defaultPort: 80, allowsURI: false)
        } catch {
            throw ArgumentError("\(error.message) in upstream \"\(arguments[0])\"", at: 0)
        }
        self.init(address: target.address, name: arguments[0], position: position)
        for index in arguments.indices.dropFirst() {
            if arguments[index] == "backup" && !allowsBackup {
                throw ArgumentError("balancing method does not support parameter \"backup\"", at: index)
            }
            guard apply(parameter: arguments[index]) else {
                throw ArgumentError("invalid parameter \"\(arguments[index])\"", at: index, hints: Self.hints(for: arguments[index]))
            }
        }
    }

    private static func hints(for parameter: String) -> [String] {
        let known = ["drain", "route=", "service=", "slow_start="].first { parameter.hasPrefix($0) }
        if let known { return ["nginx has \"\(known)\", this version of Gatehouse does not"] }
        return ["a server takes \"weight=\", \"max_conns=\", \"max_fails=\", \"fail_timeout=\", \"backup\", \"down\", \"resolve\""]
    }

    private mutating func apply(parameter: String) -> Bool {
        switch parameter {
        case "backup": isBackup = true
        case "down": isDown = true
        case "resolve": resolvesContinually = true
        default: return applyPair(parameter)
        }
        return true
    }

    private mutating func applyPair(_ parameter: String) -> Bool {
        let parts = parameter.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return false }
        switch parts[0] {
        case "weight": return Quantity.integer(parts[1].utf8).map { weight = $0 } != nil && weight > 0
        case "max_conns": return Quantity.integer(parts[1].utf8).map { maxConnections = $0 } != nil
        case "max_fails": return Quantity.integer(parts[1].utf8).map { maxFails = $0 } != nil
        case "fail_timeout": return Quantity.duration(Array(parts[1].utf8), wholeSeconds: true).map { failTimeout = $0 } != nil
        default: return false
        }
    }
}
