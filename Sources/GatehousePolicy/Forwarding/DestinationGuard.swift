import GatehouseWire

/// Keeps a proxy from being used as a way into the networks it stands in (server-side request forgery): only global addresses may be
/// connected to, and those that the configuration opens. It judges addresses, never names: the caller connects to what was judged.
package struct DestinationGuard: Sendable, Equatable {
    /// `forward_guard off`: everything may be connected to.
    package var isOn = true
    /// `forward_guard_allow`
    package var opened: [CIDR] = []

    package init(isOn: Bool = true, opened: [CIDR] = []) {
        self.isOn = isOn
        self.opened = opened
    }

    package struct Judgement: Sendable, Equatable {
        /// In the order given.
        package var allowed: [IPAddress] = []
        package var refused: [IPAddress] = []
    }

    /// Judges every address of a destination: those that may be connected to, and the others.
    package func judge(_ addresses: [IPAddress]) -> Judgement {
        var result = Judgement()
        for address in addresses {
            if allows(address) { result.allowed.append(address) } else { result.refused.append(address) }
        }
        return result
    }

    package func allows(_ address: IPAddress) -> Bool {
        if !isOn { return true }
        switch AddressClass(address) {
        case .global: return true
        // A block does not open what may only have been caught in it; the address itself does.
        case .metadata: return opened.contains { $0.prefixLength == $0.address.bitWidth && $0.contains(address) }
        case .loopback, .unspecified, .linkLocal, .private, .shared, .multicast, .broadcast, .reserved:
            return opened.contains { $0.contains(address) }
        }
    }
}
