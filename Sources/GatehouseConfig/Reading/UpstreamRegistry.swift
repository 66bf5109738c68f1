/// The upstream groups of a configuration: those of `upstream` blocks, and one for each plain address that a URL names.
package struct UpstreamRegistry {
    /// In the order seen; the indices are those of `FixedProxyTarget.upstream`.
    package private(set) var groups: [UpstreamSettings] = []
    /// By name in lower case.
    private var named: [String: Int] = [:]
    private var implicit: [UpstreamAddress: Int] = [:]
    /// `canary` blocks; each also has a group without servers, by which `proxy_pass` finds it.
    package var canaries: [CanarySettings] = []
    /// Which group remembers its sessions in a zone.
    private var stickyZones: [String: String] = [:]

    package init() {}

    package subscript(index: Int) -> UpstreamSettings {
        get { groups[index] }
        set { groups[index] = newValue }
    }

    /// Registers an `upstream` block and gives its index.
    package mutating func declare(_ name: String, at position: SourcePosition) throws(ArgumentError) -> Int {
        guard named.updateValue(groups.count, forKey: name.lowercased()) == nil else {
            throw ArgumentError("duplicate upstream \"\(name)\"", at: 0)
        }
        groups.append(UpstreamSettings(name: name, isImplicit: false, position: position))
        return groups.count - 1
    }

    /// Registers a `canary` block and gives its index among these.
    package mutating func declare(canary: CanarySettings) throws(ArgumentError) -> Int {
        let group = try declare(canary.name, at: canary.position)
        groups[group].canary = canaries.count
        canaries.append(canary)
        return canaries.count - 1
    }

    package enum Found {
        case group(Int)
        case canary
    }

    /// What a block of that name is.
    package func find(_ name: String) -> Found? {
        guard let index = named[name.lowercased()] else { return nil }
        return groups[index].canary == nil ? .group(index) : .canary
    }

    /// Takes a zone of `sticky learn` for a group; each has its own.
    package mutating func claimStickyZone(_ zone: String, for group: String) throws(ArgumentError) {
        if let owner = stickyZones.updateValue(group, forKey: zone) {
            throw ArgumentError("sticky zone \"\(zone)\" is already used in upstream \"\(owner)\"", at: nil)
        }
    }

    /// The group that an address in a URL means: the `upstream` block of that name, else a group of its own, shared by equal addresses.
    package mutating func group(for target: NetworkTarget, at position: SourcePosition) throws(ArgumentError) -> Int {
        var key = target.address
        if case .name(let name, let port) = target.address {
            if let index = named[name.lowercased()] {
                if target.hasPort { throw ArgumentError("upstream \"\(name)\" may not have port \(target.port)", at: 0) }
                return index
            }
            key = .name(name.lowercased(), port: port)
        }
        if let index = implicit[key] { return index }
        implicit[key] = groups.count
        let name = target.port == 0 ? "unix:\(target.host)" : "\(target.host):\(target.port)"
        var group = UpstreamSettings(name: name, isImplicit: true, position: position)
        group.servers = [UpstreamServerSettings(address: target.address, name: name, position: position)]
        groups.append(group)
        return groups.count - 1
    }
}
