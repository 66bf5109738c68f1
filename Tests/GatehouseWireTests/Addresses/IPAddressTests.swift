import Testing

@testable import GatehouseWire

@Suite struct IPAddressTests {
    @Test(arguments: [
        ("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"), ("10.100.9.99", "10.100.9.99"),
        ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("2001:DB8::1", "2001:db8::1"), ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
        ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("1:0:0:0:0:0:0:0", "1::"),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.1"), ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"), ("0:0:0:0:0:0:0:1", "::1"),
        ("fe80::1:0:0:2", "fe80::1:0:0:2"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
    ])
    func `an address is read and written canonically`(_ text: String, _ canonical: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.description == canonical)
        #expect(IPAddress(canonical) == address)
        #expect(IPAddress(networkBytes: address.networkBytes.span) == address)
    }

    @Test(arguments: [
        "", ".", "1", "1.2.3", "1.2.3.4.", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1..2.3", " 1.2.3.4", "1.2.3.4 ", "a.b.c.d", "-1.2.3.4",
        ":", ":::", "1:", ":1", "1:2", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "g::", "::1%eth0", "[::1]", "1:::2",
        "::1.2.3", "::1.2.3.4:5", "1:2:3:4:5:6:7:1.2.3.4", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8",
    ])
    func `text that is no address is refused`(_ text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test func `a block holds its own addresses and mapped ones`() throws {
        let block = try #require(CIDR("192.0.2.0/24"))
        #expect(block.contains(IPAddress("192.0.2.255")!))
        #expect(!block.contains(IPAddress("192.0.3.0")!))
        #expect(block.contains(IPAddress("::ffff:192.0.2.9")!))
        #expect(!block.contains(IPAddress("::192.0.2.9")!))
        #expect(block.last == IPAddress("192.0.2.255"))
        #expect(CIDR("0.0.0.0/0")!.contains(IPAddress("8.8.8.8")!))
        #expect(!CIDR("::/0")!.contains(IPAddress("8.8.8.8")!))
        #expect(CIDR("2001:db8::/33")!.last == IPAddress("2001:db8:7fff:ffff:ffff:ffff:ffff:ffff"))
        #expect(CIDR("2001:db8::/65")!.contains(IPAddress("2001:db8::7fff:0:0:1")!))
        #expect(!CIDR("2001:db8::/65")!.contains(IPAddress("2001:db8::8000:0:0:1")!))
    }

    @Test func `bits behind the prefix are noticed and cleared`() throws {
        let block = try #require(CIDR("10.1.2.3/8"))
        #expect(block.hadHostBits)
        #expect(block.description == "10.0.0.0/8")
        #expect(CIDR("10.0.0.0/8")!.hadHostBits == false)
        #expect(CIDR("10.1.2.3")!.prefixLength == 32)
    }

    @Test(arguments: ["10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "::/129", "/8", "10.0.0.0/8/8", "10.0.0.0/0x8", "x/8", ""])
    func `text that is no block is refused`(_ text: String) {
        #expect(CIDR(text) == nil)
    }
}
