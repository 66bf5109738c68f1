import GatehouseConfig
import GatehouseRuntime
import GatehouseWire

/// What `resolver system` takes from the machine: the name servers of `/etc/resolv.conf` and the names of `/etc/hosts`, as they are
/// when a configuration is loaded. Names are asked for as they are written: `search` and `domain` do not count.
struct SystemNameServers: Equatable {
    static let configurationPath = "/etc/resolv.conf"
    static let hostsPath = "/etc/hosts"
    /// As many as the system's own resolver uses (resolv.conf(5)).
    static let mostServers = 3

    var servers: [SocketAddress]
    var hosts: HostsFile

    /// Reads both files through `files`; one that is not there is an empty one.
    init(_ files: any FileSource) {
        let configuration = (try? files.read(Self.configurationPath)) ?? []
        let hosts = (try? files.read(Self.hostsPath)) ?? []
        self.init(configuration: configuration, hosts: hosts)
    }

    init(configuration: [UInt8], hosts: [UInt8]) {
        let servers = configuration.split(separator: UInt8(ascii: "\n")).compactMap { line -> SocketAddress? in
            let words = line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\r") }
            guard words.count >= 2, words[0].elementsEqual("nameserver".utf8) else { return nil }
            return IPAddress(Array(words[1])).map { .ip($0, port: 53) }
        }
        // Without any, the system asks one on this machine.
        self.servers = servers.isEmpty ? [.ip(.v4(0x7f00_0001), port: 53)] : Array(servers.prefix(Self.mostServers))
        self.hosts = HostsFile(hosts)
    }
}

/// Names with addresses that need no name server (hosts(5)).
struct HostsFile: Equatable, Sendable {
    private var addresses: [DNSName: [IPAddress]] = [:]

    /// No names at all.
    init() {}

    /// Lines of an address and its names; what follows `#` is a comment, and lines without sense are passed over.
    init(_ content: [UInt8]) {
        for line in content.split(separator: UInt8(ascii: "\n")) {
            let words = line.prefix { $0 != UInt8(ascii: "#") }
                .split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\r") }
            guard let first = words.first, let address = IPAddress(Array(first)) else { continue }
            for word in words.dropFirst() {
                guard let name = DNSName(word), addresses[name]?.contains(address) != true else { continue }
                addresses[name, default: []].append(address)
            }
        }
    }

    /// Those of the families that are asked for, in ascending order.
    func addresses(of name: DNSName, _ types: [DNSRecordType]) -> [IPAddress] {
        (addresses[name] ?? []).filter { types.contains($0.isV4 ? .a : .aaaa) }.sorted()
    }
}
