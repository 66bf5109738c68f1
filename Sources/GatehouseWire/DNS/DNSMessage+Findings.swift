extension DNSMessage {
    /// Follows the aliases from the name that was asked for to its addresses, of the family that was asked for.
    package func addresses(answering question: DNSQuestion) -> DNSFinding<IPAddress> {
        records(answering: question) { record in
            guard case .address(let address) = record.content, address.isV4 == (question.type == .a) else { return nil }
            return address
        }
    }

    /// Follows the aliases from the service that was asked for to its servers. A record with the root for a target says that the service
    /// is not offered, so it is none.
    package func services(answering question: DNSQuestion) -> DNSFinding<DNSService> {
        records(answering: question) { record in
            guard case .service(let priority, let weight, let port, let target?) = record.content else { return nil }
            return DNSService(priority: priority, weight: weight, port: port, target: target)
        }
    }

    /// Records that belong to other names than the one asked for, or where its aliases lead, are not believed.
    private func records<Content>(answering question: DNSQuestion, _ read: (DNSRecord) -> Content?) -> DNSFinding<Content> {
        var aliases: [DNSName: (target: DNSName?, timeToLive: Duration)] = [:]
        for record in answers {
            if case .alias(let target) = record.content, let owner = record.owner { aliases[owner] = (target, record.timeToLive) }
        }
        var name = question.name
        var aliasLifetime: Duration?
        // Each alias is followed once, which ends a circle of them.
        while let alias = aliases.removeValue(forKey: name) {
            aliasLifetime = min(aliasLifetime ?? alias.timeToLive, alias.timeToLive)
            guard let target = alias.target else { return .alias(nil, for: alias.timeToLive) }
            name = target
        }
        var found: [Content] = []
        var lifetime = aliasLifetime
        for record in answers where record.owner == name {
            guard let content = read(record) else { continue }
            found.append(content)
            lifetime = min(lifetime ?? record.timeToLive, record.timeToLive)
        }
        if let lifetime, !found.isEmpty { return .found(found, for: lifetime) }
        if let aliasLifetime { return .alias(name, for: aliasLifetime) }
        return .none(for: negativeLifetime)
    }

    /// How long it may be remembered that a name or its records do not exist: nil when the answer does not say (RFC 2308 section 5).
    package var negativeLifetime: Duration? {
        for record in authorities {
            if case .authority(let minimum) = record.content { return min(minimum, record.timeToLive) }
        }
        return nil
    }
}
