import GatehouseConfig
import GatehousePolicy
import GatehouseTLS
import GatehouseWire

/// What is worked out for a location once, so that requests need not.
package struct LocationPlan: Sendable {
    package let proxy: SharedProxyPlan?
    /// Whom to believe about the client's address; `nil` where nobody is trusted.
    package let realIP: RealIP?

    /// One plan for every location of the configuration, by `LocationConfiguration.number`.
    package static func makeAll(
        _ http: HTTPConfiguration, upstreams: [UpstreamGroup], environment: GenerationEnvironment
    ) throws(AssemblyError) -> [LocationPlan] {
        var plans: [LocationPlan] = []
        let contexts = ProxyTLSContexts(environment: environment)
        for location in http.allLocations {
            var proxy: ProxyPlan?
            if case .proxy(let target) = location.settings.handler {
                proxy = try ProxyPlan(location, target: target, upstreams: upstreams, contexts: contexts)
            } else if case .forward = location.settings.handler {
                proxy = ProxyPlan(forwarding: location)
            }
            let realIP = try RealIP(location.settings.realIP, resolver: environment.resolver)
            plans.append(LocationPlan(proxy: proxy.map { SharedProxyPlan($0) }, realIP: realIP))
        }
        return plans
    }
}

/// A plan that requests hold on to without copying all of it.
package final class SharedProxyPlan: Sendable {
    let plan: ProxyPlan
    /// Where requests go, unless variables decide.
    let destination: ProxyDestination?

    init(_ plan: ProxyPlan) {
        self.plan = plan
        if case .fixed(let fixed) = plan.target, let group = plan.group {
            destination = ProxyDestination(fixed, group)
        } else {
            destination = nil
        }
    }
}

/// How one location talks to its upstream.
package struct ProxyPlan: Sendable {
    package let target: ProxyTarget
    /// The group of a fixed target.
    package let group: UpstreamGroup?
    /// Fields added to the request, in order; `Host` is among them only when the configuration sets it.
    package internal(set) var setHeaders: [HeaderRule]
    package internal(set) var setsHost: Bool
    /// Client fields that are not passed on as they came.
    package internal(set) var suppressed: FieldNameSet
    /// Upstream fields the client does not see.
    package internal(set) var hidden: FieldNameSet
    package let retry: RetryRules
    package let tls: ProxyTLS?
    package internal(set) var passesDate: Bool
    package internal(set) var passesServer: Bool

    /// Never passed from client to upstream: hop-by-hop (RFC 9110 §7.6.1) and framing, which is our own.
    private static let hopByHop: [FieldName] = [
        .host, .connection, .proxyConnection, .contentLength, .transferEncoding, .te, .keepAlive, .expect, .upgrade,
    ]
    private static let hiddenByDefault = [
        "date", "server", "x-pad", "x-accel-expires", "x-accel-redirect", "x-accel-limit-rate", "x-accel-buffering", "x-accel-charset",
    ]

    package init(
        _ location: LocationConfiguration, target: ProxyTarget, upstreams: [UpstreamGroup], contexts: ProxyTLSContexts
    ) throws(AssemblyError) {
        var group: UpstreamGroup?
        var usesTLS = true
        if case .fixed(let fixed) = target {
            group = upstreams[fixed.upstream]
            usesTLS = fixed.usesTLS
        }
        let tls = usesTLS ? try contexts.context(for: location.settings.proxy.tls) : nil
        self.init(location.settings.proxy, target: target, group: group, tls: tls)
    }

    init(_ settings: ProxySettings, target: ProxyTarget, group: UpstreamGroup?, tls: ProxyTLS?) {
        self.target = target
        self.group = group
        self.tls = tls
        var suppressed = FieldNameSet(ProxyPlan.hopByHop)
        var rules: [HeaderRule] = []
        for rule in settings.setHeaders.elements {
            suppressed.insert(lowercase: rule.lowercaseName)
            // Framing is ours: only the body itself decides on it.
            if rule.id == .contentLength || rule.id == .transferEncoding { continue }
            if rule.value.constant?.isEmpty == true && rule.id != .host { continue }
            rules.append(rule)
        }
        if !settings.setHeaders.elements.contains(where: { $0.id == .connection }), settings.httpVersion == .http10 {
            rules.append(HeaderRule(name: "Connection", value: Template(literal: "close")))
        }
        setHeaders = rules
        setsHost = settings.setHeaders.elements.contains { $0.id == .host }
        self.suppressed = suppressed
        hidden = ProxyPlan.hiddenFields(settings)
        passesDate = !hidden.contains(.date)
        passesServer = !hidden.contains(.server)
        retry = RetryRules(
            conditions: settings.nextUpstream, tries: settings.nextUpstreamTries, timeout: settings.nextUpstreamTimeout)
    }

    private static func hiddenFields(_ settings: ProxySettings) -> FieldNameSet {
        // Hop-by-hop fields of the upstream's connection are not the client's business.
        var hidden = FieldNameSet([.connection, .keepAlive, .transferEncoding, .proxyConnection, .te, .upgrade])
        for name in hiddenByDefault { hidden.insert(lowercase: Array(name.utf8)) }
        for name in settings.hiddenHeaders.elements { hidden.insert(lowercase: name) }
        for name in settings.passedHeaders.elements { hidden.remove(lowercase: name) }
        return hidden
    }
}
