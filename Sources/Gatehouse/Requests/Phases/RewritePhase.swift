import GatehouseConfig
import GatehousePattern
import GatehouseRuntime
import GatehouseWire

/// Runs the directives of the rewrite module in the order they stand.
enum RewritePhase {
    enum Result {
        /// The request is answered.
        case finish(Disposition)
        /// The URI changed: the location is to be found again.
        case searchAgain
    }

    /// - Returns: `nil` to go on with the next phase.
    static func run(_ program: RewriteProgram, _ exchange: Exchange, atServerLevel: Bool) -> Result? {
        if program.isEmpty { return nil }
        var state = State()
        switch run(program, exchange, &state) {
        case .finished(let disposition): return .finish(disposition)
        case .goOn, .stopped: break
        }
        return state.hasNewURI && !atServerLevel && !state.staysHere ? .searchAgain : nil
    }

    private struct State {
        var hasNewURI = false
        /// `break`: the location stays although the URI changed.
        var staysHere = false
    }

    private enum Flow {
        case goOn
        case stopped
        case finished(Disposition)
    }

    private static func run(_ program: RewriteProgram, _ exchange: Exchange, _ state: inout State) -> Flow {
        for step in program.steps {
            switch step {
            case .set(let target, let template): assign(exchange.render(template), to: target, exchange)
            case .stop:
                state.staysHere = true
                exchange.pathMatchesLocation = false
                return .stopped
            case .finish(let rule): return .finished(ReturnHandler.answer(rule, exchange))
            case .rewrite(let rule):
                let flow = rewrite(rule, program, exchange, &state)
                if case .goOn = flow { continue }
                return flow
            case .when(let condition, let inner, let location):
                guard RewriteConditions.holds(condition, exchange) else { continue }
                if let location { exchange.location = location }
                let flow = run(inner, exchange, &state)
                if case .goOn = flow { continue }
                return flow
            }
        }
        return .goOn
    }

    private static func assign(_ value: [UInt8], to target: VariableTarget, _ exchange: Exchange) {
        switch target {
        case .slot(let index): exchange.setSlot(index, value)
        case .builtin(.args):
            exchange.arguments = value
            exchange.isTargetUntouched = false
        case .builtin(.limit_rate):
            if let size = RateLimit.size(value) {
                exchange.limitRate = Array("\(size)".utf8)
            } else {
                exchange.generation.log(.error, "invalid $limit_rate \"\(String(decoding: value, as: UTF8.self))\"", exchange)
            }
        case .builtin: break  // the configuration refuses all others
        }
    }

    private static func rewrite(_ rule: RewriteRule, _ program: RewriteProgram, _ exchange: Exchange, _ state: inout State) -> Flow {
        let subject = exchange.path
        guard exchange.matches(rule.pattern, subject) else {
            if program.isLogged {
                exchange.generation.log(.notice, "\"\(rule.pattern.pattern.source)\" does not match \"\(exchange.pathText)\"", exchange)
            }
            return .goOn
        }
        let result = RewriteTarget.render(rule, exchange)
        if rule.flag == .redirect || rule.flag == .permanent {
            exchange.response.location = result.redirectTarget(exchange)
            return .finished(.status(rule.flag == .permanent ? 301 : 302))
        }
        guard !result.path.isEmpty else {
            exchange.generation.log(.error, "the rewritten URI has a zero length", exchange)
            return .finished(.status(500))
        }
        exchange.path = result.path
        exchange.arguments = result.arguments
        exchange.isTargetUntouched = false
        if program.isLogged {
            exchange.generation.log(
                .notice, "rewritten data: \"\(exchange.pathText)\", args: \"\(String(decoding: exchange.arguments, as: UTF8.self))\"",
                exchange)
        }
        state.hasNewURI = true
        switch rule.flag {
        case .last: return .stopped
        case .break:
            state.staysHere = true
            exchange.pathMatchesLocation = false
            return .stopped
        case .none, .redirect, .permanent: return .goOn
        }
    }
}

/// What a `rewrite` made of the URI.
struct RewriteTarget {
    var path: [UInt8]
    var arguments: [UInt8]

    static func render(_ rule: RewriteRule, _ exchange: Exchange) -> RewriteTarget {
        // A path inside is decoded, as captures of it are; what goes to the client, and arguments, are written escaped.
        let isRedirect = rule.flag == .redirect || rule.flag == .permanent
        let rendered = EscapingTemplates.render(rule.replacement, exchange, escapesPath: isRedirect)
        var path = rendered.bytes
        var arguments: [UInt8] = []
        if let question = rendered.question {
            path = Array(rendered.bytes[..<question])
            arguments = Array(rendered.bytes[(question + 1)...])
        }
        if !rule.dropsArguments && !exchange.arguments.isEmpty {
            if !arguments.isEmpty { arguments.append(UInt8(ascii: "&")) }
            arguments += exchange.arguments
        }
        return RewriteTarget(path: path, arguments: arguments)
    }

    func redirectTarget(_ exchange: Exchange) -> [UInt8] {
        let target = RedirectUnescaping.apply(to: path)
        if arguments.isEmpty { return target }
        return target + [target.contains(UInt8(ascii: "?")) ? UInt8(ascii: "&") : UInt8(ascii: "?")] + arguments
    }
}

/// The replacement of a `rewrite`: captures were decoded, so they are escaped again in arguments, and in the path of a redirect.
enum EscapingTemplates {
    /// - Returns: the bytes, and where the question mark is that the configuration wrote; one inside a capture separates nothing.
    static func render(_ template: Template, _ exchange: Exchange, escapesPath: Bool) -> (bytes: [UInt8], question: Int?) {
        var result: [UInt8] = []
        var question: Int?
        for part in template.parts {
            switch part {
            case .literal(let bytes):
                if question == nil, let at = bytes.firstIndex(of: UInt8(ascii: "?")) { question = result.count + at }
                result += bytes
            case .capture(let number):
                let group = Array(exchange.captures.group(number))
                if question != nil {
                    result += URIEscaping.escape(group, .args)
                } else {
                    result += escapesPath ? URIEscaping.escape(group, .uri) : group
                }
            case .variable(let reference): result += exchange.value(of: reference)
            }
        }
        return (result, question)
    }
}

/// The conditions of `if`.
enum RewriteConditions {
    static func holds(_ condition: RewriteCondition, _ exchange: Exchange) -> Bool {
        switch condition {
        case .isTrue(let template): return exchange.isTrue(template)
        case .equals(let left, let right, let negated): return (exchange.render(left) == exchange.render(right)) != negated
        case .matches(let subject, let pattern, let negated): return exchange.matches(pattern, exchange.render(subject)) != negated
        case .file(let path, let test, let negated): return FileTests.holds(test, exchange.absolute(exchange.render(path))) != negated
        }
    }
}
