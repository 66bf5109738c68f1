/// `set`, `rewrite`, `return`, `break`, `if`: they run in the order written, and are not inherited.
enum RewriteDirectives {
    private static let places: DirectiveContexts = [.server, .ifInServer, .location, .ifInLocation]

    static let rows: [DirectiveRow] = [
        DirectiveRow("set", places, .exactly(2), repeats: true, "Assigns a value to a variable.", read: set),
        DirectiveRow(
            "rewrite", places, .between(2, 3), repeats: true, "Changes the URI where a regular expression matches it.", read: rewrite),
        DirectiveRow("return", places, .between(1, 2), repeats: true, "Answers with a status, a text or a redirect.", read: finish),
        DirectiveRow("break", places, .none, repeats: true, "Ends the rewriting of this level.") { reader in
            append(.stop, to: reader.scope)
        },
        DirectiveRow(
            "if", [.server, .location], .block(1...Int.max), repeats: true, "A block that holds where a condition does.", read: condition),
        DirectiveRow(
            "rewrite_log", places.union(.http), .flag, default: "off", "Logs what rewriting does, at level notice."
        ) { reader in
            let isLogged = try reader.flag()
            reader.scope.server.rewrite.isLogged = isLogged
            reader.scope.location.rewrite.isLogged = isLogged
        },
        .ignored(
            "uninitialized_variable_warn", places.union(.http), .flag,
            because: "A variable that nothing has set is empty, without a warning."),
    ]

    private static func set(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        let name = try reader.variableName(0)
        guard let target = reader.scope.http.variables.target(name) else { throw reader.fail("the duplicate \"\(name)\" variable", at: 0) }
        append(.set(slot: target, try reader.template(1)), to: reader.scope)
    }

    private static func rewrite(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        var replacement = reader.bytes(1)
        if replacement.isEmpty { throw reader.fail("empty replacement", at: 1) }
        let dropsArguments = replacement.last == UInt8(ascii: "?")
        if dropsArguments { replacement.removeLast() }
        var flag = RewriteRule.Flag.none
        if reader.count == 3 { flag = try rewriteFlag(reader) }
        if isRedirect(replacement) && flag != .permanent { flag = .redirect }
        let rule = RewriteRule(
            pattern: try reader.pattern(0), replacement: try reader.template(replacement, at: 1), flag: flag, dropsArguments: dropsArguments
        )
        append(.rewrite(rule), to: reader.scope)
    }

    private static func rewriteFlag(_ reader: DirectiveReader) throws(ConfigurationError) -> RewriteRule.Flag {
        switch reader.string(2) {
        case "last": return .last
        case "break": return .break
        case "redirect": return .redirect
        case "permanent": return .permanent
        default:
            throw reader.fail(
                "invalid parameter \"\(reader.string(2))\"", at: 2,
                hints: ["\"rewrite\" accepts \"last\", \"break\", \"redirect\", \"permanent\""])
        }
    }

    /// A text that starts so is a URL to redirect to.
    private static func isRedirect(_ text: [UInt8]) -> Bool {
        ["http://", "https://", "$scheme"].contains { text.starts(with: $0.utf8) }
    }

    private static func finish(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        if let status = Quantity.integer(reader.bytes(0)) {
            guard status <= 999 else { throw reader.fail("invalid return code \"\(reader.string(0))\"", at: 0) }
            let body = reader.count == 2 ? try reader.template(1) : nil
            append(.finish(ReturnRule(status: status, body: body)), to: reader.scope)
        } else if reader.count == 1 && isRedirect(reader.bytes(0)) {
            append(.finish(ReturnRule(status: 302, body: try reader.template(0))), to: reader.scope)
        } else {
            throw reader.fail("invalid return code \"\(reader.string(0))\"", at: 0)
        }
    }

    /// The step takes its place in the order now; the block inside is read when the settings around it are complete.
    private static func condition(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        let words = reader.arguments.map(\.text)
        let condition = try compile(try reader.checked(try ConditionSyntax(parsing: words)), in: reader)
        let step = append(.when(condition, RewriteProgram(), nil), to: reader.scope)
        reader.afterSiblings { reader in
            readBody(of: reader, condition, step: step)
        }
    }

    private static func readBody(of reader: DirectiveReader, _ condition: RewriteCondition, step: Int) {
        let scope = reader.scope
        if reader.context == .server {
            let inner = ConfigurationScope(.ifInServer, inside: scope)
            inner.server.rewrite.steps = []
            reader.readBlock(into: inner)
            scope.server.rewrite.steps[step] = .when(condition, inner.server.rewrite, nil)
        } else {
            let inner = ConfigurationScope(.ifInLocation, inside: scope)
            inner.location.rewrite.steps = []
            // As in nginx the block answers like its location, but neither tries files nor tells methods apart again.
            inner.location.tryFiles = nil
            inner.location.limitExcept = nil
            reader.readBlock(into: inner)
            scope.location.rewrite.steps[step] = .when(condition, inner.location.rewrite, inner.makeLocation())
        }
    }

    private static func compile(_ syntax: ConditionSyntax, in reader: DirectiveReader) throws(ConfigurationError) -> RewriteCondition {
        switch syntax {
        case .isTrue(let variable):
            return .isTrue(try single(variable, in: reader))
        case .equals(let variable, let value, let negated):
            return .equals(try single(variable, in: reader), try reader.template(Array(value.utf8), at: reader.count - 1), negated: negated)
        case .matches(let variable, let pattern, let caseInsensitive, let negated):
            let pattern = try reader.pattern(pattern, at: reader.count - 1, caseInsensitive: caseInsensitive)
            return .matches(try single(variable, in: reader), pattern, negated: negated)
        case .file(let path, let test, let negated):
            return .file(try reader.template(Array(path.utf8), at: reader.count - 1), test, negated: negated)
        }
    }

    /// The left side of a comparison is one variable and nothing else.
    private static func single(_ text: String, in reader: DirectiveReader) throws(ConfigurationError) -> Template {
        let template = try reader.template(Array(text.utf8), at: 0)
        guard template.parts.count == 1 else { throw reader.fail("unknown \"\(text.dropFirst())\" variable", at: 0) }
        return template
    }

    /// - Returns: the place of the step in its program.
    @discardableResult
    private static func append(_ step: RewriteStep, to scope: ConfigurationScope) -> Int {
        if scope.context == .server || scope.context == .ifInServer {
            scope.server.rewrite.steps.append(step)
            return scope.server.rewrite.steps.count - 1
        }
        scope.location.rewrite.steps.append(step)
        return scope.location.rewrite.steps.count - 1
    }
}
