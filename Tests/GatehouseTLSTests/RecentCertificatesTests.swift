import Testing

@testable import GatehouseTLS

@Suite struct RecentCertificatesTests {
    /// Room for two pairs.
    private var recent = RecentCertificates<String, Int>(CertificateCacheRules(maximum: 4, inactive: 10, valid: 60))

    @Test mutating func `the one used longest ago makes room`() {
        recent.insert(1, for: "a", now: 0)
        recent.insert(2, for: "b", now: 0)
        #expect(recent.find("a", now: 0) == 1)
        recent.insert(3, for: "c", now: 0)
        #expect(recent.find("b", now: 0) == nil)
        #expect(recent.find("a", now: 0) == 1)
        #expect(recent.find("c", now: 0) == 3)
    }

    @Test(arguments: [(10, 1 as Int?), (11, nil)])
    mutating func `without a use it is forgotten`(_ now: Int, _ found: Int?) {
        recent.insert(1, for: "a", now: 0)
        #expect(recent.find("a", now: now) == found)
    }

    @Test mutating func `in use it is still read anew in time`() {
        recent.insert(1, for: "a", now: 0)
        for now in stride(from: 10, through: 60, by: 10) { #expect(recent.find("a", now: now) == 1) }
        #expect(recent.find("a", now: 61) == nil)
    }

    @Test func `a cache gives the same certificate twice`() throws {
        let cache = CertificateCache(CertificateCacheRules(maximum: 2))
        let source = try Contexts.certificate("one.example")
        let first = try cache.certificate(chain: source.chain, key: source.key, passwords: [])
        #expect(try cache.certificate(chain: source.chain, key: source.key, passwords: []) === first)
    }
}
