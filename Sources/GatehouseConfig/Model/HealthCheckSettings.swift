import GatehousePolicy

/// One `health_check` of a group.
package struct HealthCheckSettings: Sendable {
    package enum Kind: Sendable, Equatable {
        /// The response to a GET decides.
        case http
        /// It is enough that the peer accepts a connection, and that a TLS handshake succeeds where requests need one.
        case tcp
    }

    package var rules = HealthCheckRules()
    package var kind = Kind.http
    package var uri = Array("/".utf8)
    /// `port=`; the peer's own where `nil`.
    package var port: Int?
    /// `match=`, and where it was written.
    package var matchName: Argument?
    package var match = ResponseMatch.standard
    /// `require` of that block, and what the configuration's own variables are by which it goes.
    package var required: [RequiredVariable] = []
    package var slots: [VariableSlot] = []
    /// `keepalive_time=`: how long one connection carries probes; `nil`: each has its own.
    package var keepaliveTime: Duration?
    /// `timeout=`: for a whole probe; `nil` leaves it at those of the proxy settings.
    package var timeout: Duration?
    /// Those of the location that the check stands in, or of `http` for one in `upstream`.
    package var proxy = ProxySettings()
    package var usesTLS = false
    /// It stands in `upstream`, not in a location.
    package var isOfGroup = false
    /// What `$proxy_host` is in the proxy settings, and what `Host` says if they do not.
    package var host: [UInt8] = []
    package var position: SourcePosition

    package init(position: SourcePosition) { self.position = position }
}

/// What happens when more is asked of a group than it may have.
package struct OverloadSettings: Sendable, Equatable {
    /// What `Retry-After` says.
    package var retryAfter: Duration = .seconds(1)

    package init() {}
}
