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

    package var datagrams = DatagramSettings()

    /// What SOCKS clients may do with datagrams.
    package struct DatagramSettings: Sendable {
        /// `forward_udp_ports`; `nil` where UDP ASSOCIATE is refused.
        package var ports: PortSet?
        /// `forward_udp_timeout`: longest silence of both sides together.
        package var timeout: Duration = .seconds(60)
        /// `forward_udp_associations`
        package var limits = AssociationCounts.Limits()
    }

    /// `forward_rule`
    package var rules = ForwardRuleList()

    package init() {}
}
