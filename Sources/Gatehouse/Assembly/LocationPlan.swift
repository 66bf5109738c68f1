import GatehouseConfig
import GatehousePolicy
import GatehouseTLS
import GatehouseWire

/// What is worked out for a location once, so that requests need not.
package struct LocationPlan: Sendable {
    package let proxy: ProxyPlan?
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
            }
            plans.append(LocationPlan(proxy: proxy, realIP: try RealIP(location.settings.realIP, resolver: environment.resolver)))
        }
        return plans
    }
}

/// How one location talks to its upstream.
package struct ProxyPlan: Sendable {
    package let target: ProxyTarget
    /// The group of a fixed target.
    package let group: UpstreamGroup?
    /// Fields added to the request, in order; `Host` is among them only when the configuration sets it.
    package let setHeaders: [HeaderRule]
    package let setsHost: Bool
    /// Client fields that are not passed on as they came.
    package let suppressed: FieldNameSet
    /// Upstream fields the client does not see.
    package let hidden: FieldNameSet
    package let retry: RetryRules
    package let tls: ProxyTLS?
    package let passesDate: Bool
    package let passesServer: Bool

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
        let settings = location.settings.proxy
        self.target = target
        var usesTLS = true
        if case .fixed(let fixed) = target {
            group = upstreams[fixed.upstream]
            usesTLS = fixed.usesTLS
        } else {
            group = nil
        }
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
        tls = usesTLS ? try contexts.context(for: settings.tls) : nil
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
