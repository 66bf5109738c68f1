import GatehousePolicy
import Testing

@Suite struct AnonymityTests {
    @Test func `each preset drops what the one before drops`() {
        let (off, standard, strict) = (Anonymity.off.dropped, Anonymity.standard.dropped, Anonymity.strict.dropped)
        #expect(off.isEmpty && Set(standard).isStrictSubset(of: Set(strict)))
        #expect(Set(strict).count == strict.count && strict.allSatisfy { $0 == $0.lowercased() })
    }

    @Test(arguments: [
        ("http://a.test/page?q=1", "a.test", "http://a.test/page?q=1"), ("http://A.test:80/x", "a.test", "http://A.test:80/x"),
        ("http://b.test/secret?q=1", "a.test", "http://b.test/"), ("https://b.test:8443/x", "a.test", "https://b.test:8443/"),
        ("http://b.test#x", "a.test", "http://b.test/"), ("about:blank", "a.test", nil), ("http://user@b.test/", "a.test", nil),
        ("", "a.test", nil),
    ])
    func `a referer tells another site no more than where it is`(value: String, host: String, expected: String?) {
        #expect(Referer.shortened(Array(value.utf8), for: Array(host.utf8)) == expected.map { Array($0.utf8) })
    }
}
