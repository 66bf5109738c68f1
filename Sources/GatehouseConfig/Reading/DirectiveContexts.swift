/// Where a directive may stand.
package struct DirectiveContexts: OptionSet, Sendable, Hashable {
    package let rawValue: UInt16
    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package static let main = DirectiveContexts(rawValue: 1 << 0)
    package static let events = DirectiveContexts(rawValue: 1 << 1)
    package static let http = DirectiveContexts(rawValue: 1 << 2)
    package static let server = DirectiveContexts(rawValue: 1 << 3)
    package static let location = DirectiveContexts(rawValue: 1 << 4)
    package static let ifInServer = DirectiveContexts(rawValue: 1 << 5)
    package static let ifInLocation = DirectiveContexts(rawValue: 1 << 6)
    package static let limitExcept = DirectiveContexts(rawValue: 1 << 7)
    package static let upstream = DirectiveContexts(rawValue: 1 << 8)

    package static let canary = DirectiveContexts(rawValue: 1 << 9)

    /// The three levels most directives share.
    package static let everyLevel: DirectiveContexts = [.http, .server, .location]

    package static let all: DirectiveContexts = [
        .main, .events, .http, .server, .location, .ifInServer, .ifInLocation, .limitExcept, .upstream, .canary,
    ]

    private static let names: [(DirectiveContexts, String)] = [
        (.main, "main"), (.events, "events"), (.http, "http"), (.server, "server"), (.location, "location"),
        (.ifInServer, "if in server"), (.ifInLocation, "if in location"), (.limitExcept, "limit_except"), (.upstream, "upstream"),
        (.canary, "canary"),
    ]

    /// As the reference pages and the hints of errors write them.
    package var text: String {
        Self.names.filter { contains($0.0) }.map(\.1).joined(separator: ", ")
    }
}
