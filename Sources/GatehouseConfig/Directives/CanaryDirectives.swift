import GatehousePolicy

/// `canary` blocks: a share of the traffic goes to a new version, and the proxy judges it.
enum CanaryDirectives {
    static let rows: [DirectiveRow] =
        [
            DirectiveRow(
                "canary", .http, .block(1...1), repeats: true, "Two versions of one group: a new one gets a share, and is judged.",
                read: block),
            DirectiveRow("baseline", .canary, .exactly(1), "The group that serves today.") { reader in
                reader.scope.canary.baselineName = reader.argument(0)
            },
            DirectiveRow("canary", .canary, .exactly(1), "The group with the new version.") { reader in
                reader.scope.canary.canaryName = reader.argument(0)
            },
        ] + course + users + CanaryJudgementDirectives.rows

    private static let course: [DirectiveRow] = [
        DirectiveRow("share", .canary, .exactly(1), "The canary's share of the traffic, for good.") { reader in
            try setSteps([CanaryRules.Step(share: share(reader.string(0), reader, at: 0))], reader)
        },
        DirectiveRow(
            "steps", .canary, .atLeast(1), "Growing shares, each with the time it is kept: \"5% 10m, 20% 10m, 100%\".", read: steps),
        DirectiveRow("on_failure", .canary, .exactly(1), default: "rollback", "What happens to a canary that is worse.") { reader in
            reader.scope.canary.settings.rules.onFailure = try reader.option(0, ["rollback": .rollback, "step_back": .stepBack])
        },
        DirectiveRow("on_success", .canary, .exactly(1), default: "go", "What happens when a step was passed.") { reader in
            reader.scope.canary.settings.rules.onSuccess = try reader.option(0, ["go": .go, "hold": .hold])
        },
        DirectiveRow("state", .canary, .exactly(1), "The file in which the rollout is kept over a restart.") { reader in
            reader.scope.canary.settings.stateFile = reader.path(0, .prefix)
        },
        DirectiveRow("journal", .canary, .exactly(1), "The file that gets what the judge saw and decided.") { reader in
            reader.scope.canary.settings.journalFile = reader.path(0, .prefix)
        },
    ]

    private static let users: [DirectiveRow] = [
        DirectiveRow("stick", .canary, .atLeast(2), default: "none", "What keeps a user on one version.", read: stick),
        DirectiveRow("override", .canary, .exactly(2), repeats: true, "A header or cookie by which testers choose.") { reader in
            reader.scope.canary.settings.overrides.append(try source(reader))
        },
        DirectiveRow("exclude", .canary, .atLeast(1), repeats: true, "Who is never sent to the canary.") { reader in
            for index in 0..<reader.count { reader.scope.canary.settings.exclusions.append(try reader.template(index)) }
        },
    ]

    /// Read at once, as `upstream` is: a `proxy_pass` further in has to find the name wherever the block stands. Its groups may stand
    /// below it.
    private static func block(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        let index = try reader.checked(
            try reader.scope.http.upstreams.declare(canary: CanarySettings(name: reader.string(0), position: reader.position)))
        let inner = ConfigurationScope(.canary, inside: reader.scope)
        inner.canary = CanaryDraft(name: reader.string(0), position: reader.position)
        reader.readBlock(into: inner)
        reader.afterSiblings { reader in
            let draft = inner.canary
            reader.scope.http.upstreams.canaries[index] = draft.settings
            let baseline = try group(draft.baselineName, "baseline", draft, reader)
            let canary = try group(draft.canaryName, "canary", draft, reader)
            if baseline == canary {
                throw ConfigurationError(
                    "\"\(draft.settings.name)\" compares \"\(draft.baselineName?.text ?? "")\" with itself",
                    at: draft.canaryName ?? reader.node.words[0])
            }
            if draft.settings.rules.steps.isEmpty && !inner.has("steps") && !inner.has("share") {
                throw reader.fail("no \"share\" or \"steps\" in canary \"\(draft.settings.name)\"")
            }
            try checkFiles(of: draft.settings, among: reader.scope.http.upstreams.canaries[..<index], reader)
            reader.scope.http.upstreams.canaries[index].baseline = baseline
            reader.scope.http.upstreams.canaries[index].canary = canary
        }
    }

    /// What one rollout writes, another would take for its own.
    private static func checkFiles(
        of canary: CanarySettings, among others: ArraySlice<CanarySettings>, _ reader: DirectiveReader
    ) throws(ConfigurationError) {
        let own = [canary.stateFile, canary.journalFile].compactMap { $0 }
        if own.count == 2 && own[0] == own[1] { throw reader.fail("\"state\" and \"journal\" are the same file \"\(own[0])\"") }
        for other in others {
            guard let file = own.first(where: { $0 == other.stateFile || $0 == other.journalFile }) else { continue }
            throw reader.fail("the file \"\(file)\" of canary \"\(canary.name)\" is that of canary \"\(other.name)\" as well")
        }
    }

    private static func group(
        _ word: Argument?, _ directive: String, _ draft: CanaryDraft, _ reader: DirectiveReader
    ) throws(ConfigurationError) -> Int {
        guard let word else { throw reader.fail("no \"\(directive)\" in canary \"\(draft.settings.name)\"") }
        switch reader.scope.http.upstreams.find(word.text) {
        case .group(let index): return index
        case .canary where word.text.lowercased() == draft.settings.name.lowercased():
            throw ConfigurationError("canary \"\(word.text)\" is its own \(directive)", at: word)
        case .canary:
            throw ConfigurationError("\"\(word.text)\" is a canary itself, not an upstream group", at: word)
        case nil:
            throw ConfigurationError("unknown upstream group \"\(word.text)\"", at: word, hints: ["it takes the name of an \"upstream\""])
        }
    }

    // MARK: Shares

    private static func steps(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        var steps: [CanaryRules.Step] = []
        var words: [(text: String, index: Int)] = []
        for index in 0..<reader.count {
            for (place, part) in reader.string(index).split(separator: ",", omittingEmptySubsequences: false).enumerated() {
                if place > 0 {
                    steps.append(try step(words, after: steps.last, reader, at: index))
                    words = []
                }
                if !part.isEmpty { words.append((String(part), index)) }
            }
        }
        steps.append(try step(words, after: steps.last, reader, at: reader.count - 1))
        try setSteps(steps, reader)
    }

    private static func step(
        _ words: [(text: String, index: Int)], after last: CanaryRules.Step?, _ reader: DirectiveReader, at index: Int
    ) throws(ConfigurationError) -> CanaryRules.Step {
        guard let first = words.first, words.count <= 2 else {
            throw reader.refuse("takes a share and a time for each step", at: index, hints: ["steps 5% 10m, 20% 10m, 100%;"])
        }
        let share = try share(first.text, reader, at: first.index)
        if let last, last.pace == nil { throw reader.fail("no time for step \(last.share), which is not the last", at: first.index) }
        if let last, share <= last.share { throw reader.fail("step \(share) is not above \(last.share) before it", at: first.index) }
        guard words.count == 2 else { return CanaryRules.Step(share: share) }
        guard let pace = Quantity.duration(Array(words[1].text.utf8)), pace > .zero else {
            throw reader.fail("invalid time \"\(words[1].text)\" in \"steps\"", at: words[1].index)
        }
        return CanaryRules.Step(share: share, pace: share == .all ? nil : pace)
    }

    private static func share(_ text: String, _ reader: DirectiveReader, at index: Int) throws(ConfigurationError) -> CanaryShare {
        guard let share = CanaryShare(text) else {
            throw reader.fail("invalid share \"\(text)\"", at: index, hints: ["it is a percentage from 0% to 100%, such as 5% or 0.25%"])
        }
        return share
    }

    private static func setSteps(_ steps: [CanaryRules.Step], _ reader: DirectiveReader) throws(ConfigurationError) {
        if !reader.scope.canary.settings.rules.steps.isEmpty { throw reader.fail("\"share\" and \"steps\" exclude each other") }
        reader.scope.canary.settings.rules.steps = steps
    }

    // MARK: Users

    private static func stick(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        switch reader.string(0) {
        case "cookie": reader.scope.canary.settings.stick = .cookie(try StickyDirective.cookie(reader))
        case "header" where reader.count == 2: reader.scope.canary.settings.stick = .key(try source(reader))
        case "hash" where reader.count == 2: reader.scope.canary.settings.stick = .key(try reader.template(1))
        case "header", "hash": throw reader.fail("invalid number of arguments in \"stick\" directive")
        default: throw reader.refuse("takes \"cookie NAME\", \"header NAME\" or \"hash KEY\"", at: 0)
        }
    }

    /// `header NAME` or `cookie NAME`.
    private static func source(_ reader: DirectiveReader) throws(ConfigurationError) -> Template {
        let name = reader.string(1)
        if name.isEmpty { throw reader.refuse("names nothing", at: 1) }
        switch reader.string(0) {
        case "header":
            let field = name.lowercased().map { $0 == "-" ? "_" : String($0) }.joined()
            return Template(source: "$http_\(field)", parts: [.variable(.requestHeader(Array(name.lowercased().utf8)))])
        case "cookie": return Template(source: "$cookie_\(name)", parts: [.variable(.cookie(Array(name.utf8)))])
        default: throw reader.refuse("takes \"header NAME\" or \"cookie NAME\"", at: 0)
        }
    }
}
