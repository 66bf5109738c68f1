/// Which certificates are worth keeping: a bounded number, forgotten when unused for a while or when it is time to read them anew.
///
/// A value without clock or lock: `CertificateCache` brings both. Times are epoch seconds.
struct RecentCertificates<Key: Hashable, Value> {
    private struct Entry {
        var value: Value
        var loaded: Int
        var used: Int
        var turn: Int
    }

    private let rules: CertificateCacheRules
    private var entries: [Key: Entry] = [:]
    /// Counts uses, so that those within one second have an order.
    private var turn = 0

    init(_ rules: CertificateCacheRules) {
        self.rules = rules
    }

    mutating func find(_ key: Key, now: Int) -> Value? {
        guard let entry = entries[key] else { return nil }
        guard now - entry.used <= rules.inactive, now - entry.loaded <= rules.valid else {
            entries[key] = nil
            return nil
        }
        turn += 1
        entries[key]?.used = now
        entries[key]?.turn = turn
        return entry.value
    }

    /// The one that was used longest ago makes room.
    mutating func insert(_ value: Value, for key: Key, now: Int) {
        if entries[key] == nil, entries.count >= rules.pairs, let oldest = entries.min(by: { $0.value.turn < $1.value.turn })?.key {
            entries[oldest] = nil
        }
        turn += 1
        entries[key] = Entry(value: value, loaded: now, used: now, turn: turn)
    }
}

/// `ssl_certificate_cache`.
package struct CertificateCacheRules: Hashable, Sendable {
    /// Certificates and keys together.
    package var maximum: Int
    /// Seconds without a use.
    package var inactive: Int
    /// Seconds since it was read.
    package var valid: Int

    package init(maximum: Int, inactive: Int = 10, valid: Int = 60) {
        self.maximum = maximum
        self.inactive = inactive
        self.valid = valid
    }

    var pairs: Int { max(maximum / 2, 1) }
}
