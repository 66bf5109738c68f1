import GatehousePolicy

/// Makes the search tree of a server's locations.
struct LocationBuilding {
    private(set) var tree = LocationTree<LocationConfiguration>()
    private(set) var named: [String: LocationConfiguration] = [:]

    init(_ drafts: [LocationDraft], diagnostics: DiagnosticCollection) {
        for draft in drafts { add(draft, in: nil, diagnostics) }
    }

    private mutating func add(_ draft: LocationDraft, in parent: LocationID?, _ diagnostics: DiagnosticCollection) {
        let path = String(decoding: draft.place.prefix, as: UTF8.self)
        let isNamed = draft.place.kind == .named
        let id = tree.add(
            kind(of: draft), path: isNamed ? draft.place.name : path, draft.configuration, in: parent, addsSlash: addsSlash(draft))
        guard let id else {
            diagnostics.fail(ConfigurationError("duplicate location \"\(isNamed ? draft.place.name : path)\"", at: draft.position))
            return
        }
        if isNamed { named[draft.place.name] = draft.configuration }
        for inner in draft.inner { add(inner, in: id, diagnostics) }
    }

    private func kind(of draft: LocationDraft) -> LocationTree<LocationConfiguration>.Kind {
        switch draft.place.kind {
        case .exact: return .exact
        case .prefixBeforeRegex: return .decisivePrefix
        case .named: return .named
        case .regex:
            guard let pattern = draft.pattern else { return .prefix }
            return .pattern(pattern.pattern)
        case .server, .prefix: return .prefix
        }
    }

    /// A location that hands requests to other servers and ends in a slash also answers its name without the slash: with a redirect.
    private func addsSlash(_ draft: LocationDraft) -> Bool {
        guard case .proxy? = draft.configuration.settings.handler else { return false }
        return draft.place.prefix.last == UInt8(ascii: "/")
    }
}
