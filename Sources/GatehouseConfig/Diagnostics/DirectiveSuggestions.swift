/// Advice about a directive that nobody knows: the nearest name, or why nginx's directive of that name is missing.
package enum DirectiveSuggestions {
    package static func hints(for name: String, in context: DirectiveContexts) -> [String] {
        if let hint = UnsupportedDirectives.hint(for: name) { return [hint] }
        guard let nearest = nearestName(to: name, in: context) else { return [] }
        let contexts = DirectiveTable.contexts(of: nearest)
        if contexts.contains(context) { return ["did you mean \"\(nearest)\"?"] }
        return ["did you mean \"\(nearest)\"? It is allowed in: \(contexts.text)"]
    }

    /// A third of the letters may be wrong. Of equally near names one that is allowed here wins.
    private static func nearestName(to name: String, in context: DirectiveContexts) -> String? {
        let limit = max(1, name.utf8.count / 3)
        var best: (name: String, rank: (Int, Int, String))?
        for candidate in DirectiveTable.names {
            guard let distance = EditDistance.between(name, candidate, limit: limit) else { continue }
            let isElsewhere = DirectiveTable.contexts(of: candidate).contains(context) ? 0 : 1
            let rank = (distance, isElsewhere, candidate)
            if let best, best.rank <= rank { continue }
            best = (candidate, rank)
        }
        return best?.name
    }
}
