import GatehousePolicy

/// A `canary` block: two upstream groups, who is sent to which, and how far that goes.
package struct CanarySettings: Sendable {
    /// What a request sticks by.
    package enum Stick: Sendable {
        /// A cookie that the proxy sets holds the user's place.
        case cookie(StickyCookieSettings)
        /// A header's value, or any text; each request by itself where it is empty.
        case key(Template)
    }

    package var name: String
    /// Indices into `HTTPConfiguration.upstreams`; -1 as long as the groups are not known.
    package var baseline = -1
    package var canary = -1
    package var rules: CanaryRules
    package var failures = CanaryFailures()
    /// `nil`: each request by itself.
    package var stick: Stick?
    /// What testers ask for, the first that says something.
    package var overrides: [Template] = []
    /// Never sent to the canary where one of these is true.
    package var exclusions: [Template] = []
    /// Where the rollout is kept over a restart.
    package var stateFile: String?
    /// Where what the judge saw is written, line by line.
    package var journalFile: String?
    package var position: SourcePosition

    package init(name: String, position: SourcePosition) {
        self.name = name
        rules = CanaryRules(steps: [])
        self.position = position
    }
}
