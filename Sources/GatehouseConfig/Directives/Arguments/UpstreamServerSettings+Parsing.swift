import GatehousePolicy

extension UpstreamServerSettings {
    /// Reads the arguments of `server` in an `upstream` block.
    ///
    /// - Parameters:
    ///   - arguments: the address and the parameters.
    ///   - method: the group's, as far as it is known when the line is read.
    package init(parsing arguments: [String], method: BalancingMethod, position: SourcePosition) throws(ArgumentError) {
        let target: NetworkTarget
        do {
            target = try NetworkTarget(parsing: Array(arguments[0].utf8), defaultPort: 80, allowsURI: false)
        } catch {
            throw ArgumentError("\(error.message) in upstream \"\(arguments[0])\"", at: 0)
        }
        self.init(address: target.address, name: arguments[0], position: position)
        for index in arguments.indices.dropFirst() {
            if !method.allows(parameter: arguments[index]) {
                throw ArgumentError("balancing method does not support parameter \"\(arguments[index])\"", at: index)
            }
            if try applyRoute(arguments[index], at: index) { continue }
            if try applyService(arguments[index], at: index) { continue }
            guard apply(parameter: arguments[index]) else {
                throw ArgumentError("invalid parameter \"\(arguments[index])\"", at: index, hints: Self.hints)
            }
        }
        try checkService(of: target)
    }

    private static var hints: [String] {
        [
            "a server takes \"weight=\", \"max_conns=\", \"max_fails=\", \"fail_timeout=\", \"slow_start=\", \"route=\", \"service=\","
                + " \"backup\", \"down\", \"drain\", \"resolve\""
        ]
    }

    /// The longest name of a server that fits into a cookie or session, as in nginx: an MD5 in hexadecimal.
    private static let longestRoute = 32

    private mutating func applyRoute(_ parameter: String, at index: Int) throws(ArgumentError) -> Bool {
        guard parameter.hasPrefix("route=") else { return false }
        route = Array(parameter.utf8.dropFirst(6))
        if route.isEmpty { throw ArgumentError("route is empty", at: index) }
        if route.count > Self.longestRoute { throw ArgumentError("route is longer than \(Self.longestRoute)", at: index) }
        return true
    }

    private mutating func applyService(_ parameter: String, at index: Int) throws(ArgumentError) -> Bool {
        guard parameter.hasPrefix("service=") else { return false }
        let name = String(parameter.dropFirst(8))
        if name.isEmpty { throw ArgumentError("service is empty", at: index) }
        service = name
        return true
    }

    private func checkService(of target: NetworkTarget) throws(ArgumentError) {
        if service == nil { return }
        let upstream = "service upstream \"\(name)\""
        if !resolvesContinually { throw ArgumentError("\(upstream) requires \"resolve\" parameter", at: 0) }
        if target.hasPort { throw ArgumentError("\(upstream) may not have port", at: 0) }
        guard case .name = address else { throw ArgumentError("\(upstream) requires domain name", at: 0) }
    }

    private mutating func apply(parameter: String) -> Bool {
        switch parameter {
        case "backup": isBackup = true
        case "down": isDown = true
        case "drain": isDraining = true
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
        case "slow_start": return Quantity.duration(Array(parts[1].utf8), wholeSeconds: true).map { slowStart = $0 } != nil
        default: return false
        }
    }
}

extension BalancingMethod {
    /// Whether a parameter of `server` makes sense with it. A share that grows slowly means nothing where keys choose the server.
    fileprivate func allows(parameter: String) -> Bool {
        isByTurns || (parameter != "backup" && !parameter.hasPrefix("slow_start="))
    }
}
