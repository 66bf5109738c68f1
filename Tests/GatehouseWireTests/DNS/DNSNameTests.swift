import Testing

@testable import GatehouseWire

@Suite struct DNSNameTests {
    @Test func `names are equal without regard to case and a last dot`() {
        #expect(DNSName("WWW.Example.com.") == DNSName("www.example.com"))
        #expect(DNSName("www.example.com")?.description == "www.example.com")
        #expect(DNSName("a_b")?.wire == [3, 0x61, 0x5f, 0x62, 0])
    }

    @Test(arguments: ["", ".", "a..b", ".a", "a..", String(repeating: "a", count: 64), String(repeating: "a.", count: 129)])
    func `what is no name is refused`(_ text: String) {
        #expect(DNSName(text) == nil)
    }

    @Test func `labels of 63 and names of 255 characters are taken`() {
        let label = String(repeating: "a", count: 63)
        #expect(DNSName([label, label, label, label].joined(separator: "."))?.wire.count == 257)
        #expect(DNSName([label, label, label, label, "a"].joined(separator: ".")) == nil)
    }

    @Test func `addresses have names of their own`() {
        #expect(DNSName(reverseOf: .v4(0x7f00_0201)).description == "1.2.0.127.in-addr.arpa")
        let zeros = String(repeating: "0.", count: 23)
        #expect(DNSName(reverseOf: .v6(0x2001_0db8_0000_0000, 0xa)).description == "a.\(zeros)8.b.d.0.1.0.0.2.ip6.arpa")
    }
}
