import GatehousePolicy

/// The `forward_*` directives.
package struct ForwardSettings: Sendable {
    /// `forward_proxy`
    package var isOn = false
    package var admission = ForwardAdmission()
    package var destinationGuard = DestinationGuard()
    /// What `forward_via` makes the proxy call itself; `nil` where it says nothing of itself.
    package var pseudonym: [UInt8]?
    package var anonymity: Anonymity = .off
    /// `forward_sni`
    package var serverNames: TunnelNames = .ignored

    package enum TunnelNames: Sendable, Equatable { case ignored, judged, required }

    /// `forward_rule`
    package var rules = ForwardRuleList()

    package init() {}
}
