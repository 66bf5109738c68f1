import GatehousePolicy

/// Where `tunnel_pass` opens tunnels to.
package enum TunnelTarget: Sendable {
    /// An index into `HTTPConfiguration.upstreams`.
    case fixed(upstream: Int)
    /// `host:port`, or the name of a group, made for each request.
    case template(Template)
}

/// The `tunnel_*` directives that a location inherits; `tunnel_pass` itself stands in `LocationSettings.handler`.
package struct TunnelSettings: Sendable {
    package var connectTimeout: Duration = .seconds(60)
    package var sendTimeout: Duration = .seconds(60)
    package var readTimeout: Duration = .seconds(60)
    package var bind: BindSettings?
    package var keepsSocketAlive = false
    package var socketReceiveBuffer: Int?
    package var socketSendBuffer: Int?
    package var nextUpstream: RetryConditions = [.error, .timeout]
    package var nextUpstreamTries = 0
    package var nextUpstreamTimeout: Duration = .zero

    package init() {}
}
