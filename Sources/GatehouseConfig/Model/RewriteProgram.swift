import GatehousePattern
import GatehouseWire

/// The directives of the rewrite module of one block (`set`, `rewrite`, `return`, `break`, `if`), in the order written.
package struct RewriteProgram: Sendable {
    package var steps: [RewriteStep] = []
    /// `rewrite_log`.
    package var isLogged = false
    package init() {}
    package var isEmpty: Bool { steps.isEmpty }
}

package enum RewriteStep: Sendable {
    case set(slot: VariableTarget, Template)
    case rewrite(RewriteRule)
    case finish(ReturnRule)
    case stop
    /// `if`: the block's own steps, and the settings that hold when the condition did.
    case when(RewriteCondition, RewriteProgram, LocationConfiguration?)
}

/// What `set` may assign to.
package enum VariableTarget: Sendable, Equatable {
    case slot(Int)
    /// `$args`, `$limit_rate` and other built-ins that may be set.
    case builtin(BuiltinVariable)
}

package struct RewriteRule: Sendable {
    package enum Flag: Sendable, Equatable {
        case none, last, `break`, redirect, permanent
    }
    package var pattern: CapturingPattern
    package var replacement: Template
    package var flag: Flag
    /// The replacement ends in `?`: the request's arguments are not appended.
    package var dropsArguments: Bool

    package init(pattern: CapturingPattern, replacement: Template, flag: Flag, dropsArguments: Bool) {
        self.pattern = pattern
        self.replacement = replacement
        self.flag = flag
        self.dropsArguments = dropsArguments
    }
}

/// A regular expression together with the variables its named groups fill.
package struct CapturingPattern: Sendable {
    package let pattern: Pattern
    /// Group number → slot.
    package let names: [(group: Int, slot: Int)]

    package init(pattern: Pattern, names: [(group: Int, slot: Int)]) {
        self.pattern = pattern
        self.names = names
    }
}

/// `return CODE [TEXT|URL]`, `return URL`.
package struct ReturnRule: Sendable {
    package var status: Int
    /// Text, or the URL of a redirect.
    package var body: Template?

    package init(status: Int, body: Template?) {
        self.status = status
        self.body = body
    }
}

package enum RewriteCondition: Sendable {
    /// Neither empty nor `0`.
    case isTrue(Template)
    case equals(Template, Template, negated: Bool)
    case matches(Template, CapturingPattern, negated: Bool)
    case file(Template, FileTest, negated: Bool)

    package enum FileTest: Sendable, Equatable { case isFile, isDirectory, exists, isExecutable }
}
