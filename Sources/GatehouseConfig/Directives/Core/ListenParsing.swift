import GatehouseWire

/// One `listen` directive: an address in any of nginx's forms, then parameters.
struct ListenParsing {
    let reader: DirectiveReader

    /// - Returns: one value a port, in the order of a port range.
    func parse() throws(ConfigurationError) -> [ListenSettings] {
        var listens: [ListenSettings] = []
        for address in try addresses() {
            var listen = ListenSettings(address: address, position: reader.position)
            for index in 1..<max(1, reader.count) { try ListenParameters.apply(index, of: reader, to: &listen, isFirst: listens.isEmpty) }
            listens.append(listen)
        }
        return listens
    }

    private func wrong(_ reason: String) -> ConfigurationError {
        reader.fail("\(reason) in \"\(reader.string(0))\" of the \"listen\" directive", at: 0)
    }

    private func addresses() throws(ConfigurationError) -> [ListenAddress] {
        let text = reader.bytes(0)
        if reader.string(0).lowercased().hasPrefix("unix:") {
            let path = String(decoding: text.dropFirst(5), as: UTF8.self)
            if path.isEmpty { throw wrong("no path in the unix domain socket") }
            if path.utf8.count > 107 { throw wrong("too long path in the unix domain socket") }
            return [.unix(path)]
        }
        if text.contains(UInt8(ascii: "/")) { throw wrong("invalid host") }
        if let ports = try ports(text[...], mayBeHost: true) { return ports.map { .ip(.v4(0), port: $0) } }
        let (host, port) = try split(text)
        let address = try self.address(host)
        let all = try port.map { port throws(ConfigurationError) in try ports(port, mayBeHost: false) ?? 80...80 } ?? 80...80
        return all.map { .ip(address, port: $0) }
    }

    private func split(_ text: [UInt8]) throws(ConfigurationError) -> (host: ArraySlice<UInt8>, port: ArraySlice<UInt8>?) {
        if text.first == UInt8(ascii: "[") {
            guard let end = text.firstIndex(of: UInt8(ascii: "]")) else { throw wrong("invalid host") }
            let rest = text[(end + 1)...]
            guard let first = rest.first else { return (text[...end], nil) }
            guard first == UInt8(ascii: ":") else { throw wrong("invalid host") }
            return (text[...end], rest.dropFirst())
        }
        guard let colon = text.firstIndex(of: UInt8(ascii: ":")) else { return (text[...], nil) }
        return (text[..<colon], text[(colon + 1)...])
    }

    /// `80` or `8080-8082`; `nil` when it is no number and may be a host.
    private func ports(_ text: ArraySlice<UInt8>, mayBeHost: Bool) throws(ConfigurationError) -> ClosedRange<Int>? {
        let parts = text.split(separator: UInt8(ascii: "-"), maxSplits: 1, omittingEmptySubsequences: false)
        let numbers = parts.map { Quantity.integer($0) }
        guard let first = numbers[0], let last = numbers[numbers.count - 1] else {
            if mayBeHost { return nil }
            throw wrong("invalid port")
        }
        guard (1...65535).contains(first), (1...65535).contains(last) else { throw wrong("invalid port") }
        guard first <= last else { throw wrong("invalid port range") }
        return first...last
    }

    private func address(_ host: ArraySlice<UInt8>) throws(ConfigurationError) -> IPAddress {
        if host.isEmpty { throw wrong("no host") }
        if host.elementsEqual([UInt8(ascii: "*")]) { return .v4(0) }
        if host.first == UInt8(ascii: "[") {
            guard let address = IPAddress(Array(host.dropFirst().dropLast())), !address.isV4 else { throw wrong("invalid IPv6 address") }
            return address
        }
        if let address = IPAddress(Array(host)), address.isV4 { return address }
        if String(decoding: host, as: UTF8.self).lowercased() == "localhost" { return .v4(0x7F00_0001) }
        throw wrong("host not found")
    }
}
