import GatehouseConfig
import GatehousePolicy
import GatehouseWire

/// How a group keeps the requests of one client on one server: `sticky cookie`, `route` or `learn`.
package final class Stickiness: Sendable {
    private let settings: StickySettings
    /// Of `learn`.
    private let zone: StickyZone?

    package init(_ settings: StickySettings, zone: StickyZone? = nil) {
        self.settings = settings
        self.zone = zone
    }

    /// What the request says it belongs to: a server's sticky ID, or with `learn` a session. Empty when it says nothing.
    package func name(in exchange: Exchange) -> [UInt8] {
        switch settings {
        case .cookie(let cookie): exchange.render(cookie.lookup)
        case .route(let variables): first(of: variables, exchange)
        case .learn(let learn): first(of: learn.lookup, exchange)
        }
    }

    /// The sticky ID of the server that a request with this name is bound to; empty when there is none.
    package func server(for name: [UInt8], now: MonotonicInstant) -> [UInt8] {
        guard !name.isEmpty, let zone else { return name }
        return zone.server(of: name, now: now) ?? []
    }

    /// Whether sessions are learned when the head of an answer is there, and not when all of it is.
    package var learnsFromHead: Bool {
        if case .learn(let learn) = settings { learn.learnsFromHead } else { false }
    }

    /// `peer` answered: remembers the session that the answer opened, or that the request named.
    package func answered(_ exchange: Exchange, by peer: UpstreamPeer, name: [UInt8], now: MonotonicInstant) {
        guard case .learn(let learn) = settings, let zone else { return }
        let opened = first(of: learn.create, exchange)
        let session = opened.isEmpty ? name : opened
        if session.isEmpty { return }
        if zone.used(session, on: peer.stickyID, isNew: !opened.isEmpty, now: now) {
            exchange.generation.processLog.log(
                .warn, "sticky zone \"\(learn.zone)\" is full, the session unused for longest is forgotten")
        }
    }

    /// The `Set-Cookie` that binds the client to `peer`; `nil` where no cookie of ours does.
    package func cookie(for peer: UpstreamPeer, _ exchange: Exchange) -> [UInt8]? {
        guard case .cookie(let settings) = settings else { return nil }
        return StickyCookie(settings, for: exchange).value(peer.stickyID, second: exchange.context.loop.wallClock.seconds)
    }

    private func first(of variables: [Template], _ exchange: Exchange) -> [UInt8] {
        for variable in variables {
            let value = exchange.render(variable)
            if !value.isEmpty { return value }
        }
        return []
    }
}
