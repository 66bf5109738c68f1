import GatehouseWire

/// nginx's `allow` and `deny`: the first rule that covers the client decides.
package struct AccessRules: Sendable, Equatable {
    package enum Subject: Sendable, Equatable {
        case all
        case block(CIDR)
        /// Clients on unix sockets.
        case unix
    }

    package struct Rule: Sendable, Equatable {
        package var allows: Bool
        package var subject: Subject

        package init(allows: Bool, subject: Subject) {
            self.allows = allows
            self.subject = subject
        }
    }

    package enum Result: Sendable, Equatable {
        case allowed
        /// 403, and nginx logs "access forbidden by rule".
        case denied
        /// No rule covers the client: other checks decide.
        case undecided
    }

    package var rules: [Rule]

    package init(_ rules: [Rule] = []) { self.rules = rules }

    /// - Parameter client: `nil` for a client on a unix socket.
    package func check(_ client: IPAddress?) -> Result {
        for rule in rules where covers(rule.subject, client) { return rule.allows ? .allowed : .denied }
        return .undecided
    }

    private func covers(_ subject: Subject, _ client: IPAddress?) -> Bool {
        switch subject {
        case .all: true
        case .unix: client == nil
        case .block(let block): client.map { block.contains($0) } ?? false
        }
    }
}
