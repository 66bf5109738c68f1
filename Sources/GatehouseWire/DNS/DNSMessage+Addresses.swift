/// What an answer says about the addresses of the name that was asked for.
package enum DNSAddresses: Equatable, Sendable {
    case found([IPAddress], for: Duration)
    /// The name is another one's alias, whose addresses the answer does not tell. Nil is the root.
    case alias(DNSName?, for: Duration)
    /// There are none; how long that may be remembered, if at all (RFC 2308).
    case none(for: Duration?)
}

extension DNSMessage {
    /// Follows the aliases from the name that was asked for to its addresses. Records that belong to other names are not believed.
    package func addresses(answering question: DNSQuestion) -> DNSAddresses {
        var aliases: [DNSName: (target: DNSName?, timeToLive: Duration)] = [:]
        for record in answers {
            if case .alias(let target) = record.content, let owner = record.owner { aliases[owner] = (target, record.timeToLive) }
        }
        var name = question.name
        var lifetime: Duration?
        // Each alias is followed once, which ends a circle of them.
        while let alias = aliases.removeValue(forKey: name) {
            lifetime = min(lifetime ?? alias.timeToLive, alias.timeToLive)
            guard let target = alias.target else { return .alias(nil, for: alias.timeToLive) }
            name = target
        }
        var found: [IPAddress] = []
        var addressLifetime = lifetime
        for record in answers where record.owner == name {
            guard case .address(let address) = record.content, address.isV4 == (question.type == .a) else { continue }
            found.append(address)
            addressLifetime = min(addressLifetime ?? record.timeToLive, record.timeToLive)
        }
        if let addressLifetime, !found.isEmpty { return .found(found, for: addressLifetime) }
        if let lifetime { return .alias(name, for: lifetime) }
        return .none(for: negativeLifetime)
    }

    /// How long it may be remembered that a name or its addresses do not exist: nil when the answer does not say (RFC 2308 section 5).
    package var negativeLifetime: Duration? {
        for record in authorities {
            if case .authority(let minimum) = record.content { return min(minimum, record.timeToLive) }
        }
        return nil
    }
}
