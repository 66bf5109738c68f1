import GatehouseConfig
import GatehousePolicy
import GatehouseWire

/// Sends a request to one of a canary's groups, and reports how it went.
enum CanaryRouting {
    /// Chooses for `exchange`, and remembers the choice there.
    /// - Parameter destination: the canary's own group, which has no servers.
    static func route(_ destination: ProxyDestination, _ number: Int, _ exchange: Exchange) -> ProxyDestination {
        let entry = exchange.generation.canaries[number]
        let (place, isNew) = place(entry, exchange)
        let router = entry.router
        let wish = entry.settings.overrides.lazy.compactMap { CanaryChoice.wish(exchange.render($0)) }.first
        let isExcluded = entry.settings.exclusions.contains { exchange.isTrue($0) }
        let share = router.share
        let choice = CanaryChoice(share: share, place: place, isExcluded: isExcluded, wish: wish)
        // Where everybody goes to one version, nobody needs a place.
        let isOpen = share > .none && share < .all
        exchange.canary = CanaryPassage(
            router: router, choice: choice, share: share, cookie: isNew && isOpen ? cookie(for: place, entry, exchange) : nil,
            begin: exchange.context.loop.now, includesBody: entry.settings.rules.judgement.latency?.includesBody ?? false)
        switch choice.variant {
        case .baseline: return destination.served(by: entry.baseline, fallback: nil)
        case .canary: return destination.served(by: entry.canary, fallback: entry.baseline)
        }
    }

    /// Tells the canary how the request went that it sent somewhere.
    /// - Parameter end: `nil` where that says nothing about the version: the client left.
    static func report(_ end: CanaryResult.End?, _ exchange: Exchange) {
        guard let passage = exchange.canary, passage.choice.isJudged, let end else { return }
        let now = exchange.context.loop.now
        let attempt = exchange.upstreamLog.attempts.last
        let time = (passage.includesBody ? attempt?.responseTime : attempt?.headerTime) ?? now - passage.begin
        let result = CanaryResult(passage.choice.variant, end, time: time)
        if let decision = passage.router.recordNow(result, now: now) {
            CanaryLog.note(decision, of: String(decoding: passage.router.name, as: UTF8.self), in: exchange.generation.processLog)
        }
    }

    // MARK: Places

    private static func place(_ entry: CanaryEntry, _ exchange: Exchange) -> (place: CanaryPlace, isNew: Bool) {
        switch entry.settings.stick {
        case .cookie(let cookie):
            if let known = CanaryPlace(exchange.render(cookie.lookup)) { return (known, false) }
            return (CanaryPlace(using: &exchange.context.dice), true)
        case .key(let template):
            let key = exchange.render(template)
            return (key.isEmpty ? CanaryPlace(using: &exchange.context.dice) : CanaryPlace(of: key.span, in: entry.router.name), false)
        case nil: return (CanaryPlace(using: &exchange.context.dice), false)
        }
    }

    private static func cookie(for place: CanaryPlace, _ entry: CanaryEntry, _ exchange: Exchange) -> [UInt8]? {
        guard case .cookie(let settings) = entry.settings.stick else { return nil }
        return StickyCookie(settings, for: exchange).value(place.bytes, second: exchange.context.loop.wallClock.seconds)
    }
}
