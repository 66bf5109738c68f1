/// The upstream groups of a configuration: those of `upstream` blocks, and one for each plain address that a URL names.
package struct UpstreamRegistry {
    /// In the order seen; the indices are those of `FixedProxyTarget.upstream`.
    package private(set) var groups: [UpstreamSettings] = []
    /// By name in lower case.
    private var named: [String: Int] = [:]
    private var implicit: [UpstreamAddress: Int] = [:]

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
