import GatehousePolicy

/// The `forward_rule` lines of one level, with what the rules themselves need not know.
package struct ForwardRuleList: Sendable {
    package struct Detail: Sendable {
        /// Where a redirect leads.
        package var target: Template?
        package var position: SourcePosition
    }

    package private(set) var rules = ForwardRules()
    /// By the place of the rule.
    package private(set) var details: [Detail] = []
    private var level = 0

    package init() {}

    /// - Parameter level: the depth of the block; rules of an inner one take the place of all that it would inherit.
    package mutating func append(_ rule: ForwardRule, _ detail: Detail, level: Int) {
        if level != self.level {
            rules = ForwardRules()
            details = []
            self.level = level
        }
        rules.rules.append(rule)
        details.append(detail)
    }
}

/// A `domain_set` block.
package struct DomainSetSettings: Sendable {
    package var name: String
    /// Absolute paths of lists.
    package var files: [String] = []
    package var names: [[UInt8]] = []
    package var exceptions: [[UInt8]] = []
    package var position: SourcePosition

    package init(name: String, position: SourcePosition) {
        self.name = name
        self.position = position
    }
}

/// The domain sets of a configuration. A rule may name one that comes later in the file.
package struct DomainSetRegistry: Sendable {
    package private(set) var sets: [DomainSetSettings] = []
    private var declared: Set<Int> = []
    private var firstUse: [Int: Argument] = [:]

    package init() {}

    /// The number of a set that a rule names.
    package mutating func number(of name: String, usedIn word: Argument) -> Int {
        if let known = sets.firstIndex(where: { $0.name == name }) { return known }
        sets.append(DomainSetSettings(name: name, position: word.position))
        firstUse[sets.count - 1] = word
        return sets.count - 1
    }

    /// - Returns: false where there is such a block already.
    package mutating func declare(_ settings: DomainSetSettings) -> Bool {
        let number = sets.firstIndex { $0.name == settings.name } ?? sets.count
        guard declared.insert(number).inserted else { return false }
        if number == sets.count { sets.append(settings) } else { sets[number] = settings }
        return true
    }

    /// Sets that rules name and no block declares.
    package var undefined: [(name: String, word: Argument)] {
        sets.indices.compactMap { number in
            guard !declared.contains(number), let word = firstUse[number] else { return nil }
            return (sets[number].name, word)
        }
    }
}
