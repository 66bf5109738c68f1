/// The settings of one block while it is read. A block starts with a copy of the finished settings of the block around it.
package final class ConfigurationScope {
    /// What all blocks of one load share.
    package let shared: SharedConfiguration
    /// The kind of block; exactly one member.
    package let context: DirectiveContexts
    /// Grows inwards; the file itself is 1, below it are the defaults.
    package let depth: Int
    package let parent: ConfigurationScope?

    package var server = ServerSettings()
    package var location = LocationSettings()
    /// Meaningful in an `upstream` block.
    package var upstream: UpstreamSettings
    /// Meaningful in a `canary` block.
    package var canary = CanaryDraft()
    /// Which location the block is, or belongs to.
    package var place = LocationPlace.server
    /// The expression of the regex location the block is, or belongs to.
    package var pattern: CapturingPattern?
    /// Meaningful in a `server` block.
    package var virtualServer = ServerDraft()
    /// The locations directly inside.
    package var locations: [LocationDraft] = []
    /// Where each directive of the block stood first.
    package var seen: [String: SourcePosition] = [:]
    /// What waits until the simple directives of the block are read.
    package var deferred: [() -> Void] = []

    package init(shared: SharedConfiguration) {
        self.shared = shared
        context = .main
        depth = 1
        parent = nil
        upstream = UpstreamSettings(name: "", isImplicit: false, position: SourcePosition(file: "", line: 0, column: 0))
    }

    /// A block inside `parent`, with a copy of its settings.
    package init(_ context: DirectiveContexts, inside parent: ConfigurationScope) {
        shared = parent.shared
        self.context = context
        depth = parent.depth + 1
        self.parent = parent
        server = parent.server
        location = parent.location
        location.beginBlock()
        upstream = parent.upstream
        place = parent.place
        pattern = parent.pattern
    }

    package var main: MainSettings {
        get { shared.main }
        _modify { yield &shared.main }
    }

    package var http: HTTPDraft { shared.http }

    /// Whether a directive was given in this very block.
    package func has(_ directive: String) -> Bool { seen[directive] != nil }
}
