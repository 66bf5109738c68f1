import Glibc

/// What a configuration may depend on of the machine it is read on.
package struct HostFacts: Sendable, Equatable {
    /// `server_name $hostname`.
    package var name: String
    /// Without privileges the port of a server without `listen` is 8000, not 80.
    package var isPrivileged: Bool

    package init(name: String, isPrivileged: Bool) {
        self.name = name
        self.isPrivileged = isPrivileged
    }

    package static var current: HostFacts {
        var name = [CChar](repeating: 0, count: 256)
        // Safe: the last byte stays zero, so the text is terminated whatever gethostname does.
        _ = unsafe gethostname(&name, name.count - 1)
        let text = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return HostFacts(name: text.lowercased(), isPrivileged: geteuid() == 0)
    }
}
