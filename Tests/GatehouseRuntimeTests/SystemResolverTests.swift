import GatehouseWire
import Testing

@testable import GatehouseRuntime

@Suite struct SystemResolverTests {
    @Test func `an address stands for itself`() {
        #expect(SystemResolver.addresses(of: "192.0.2.1") == [.v4(0xc000_0201)])
        #expect(SystemResolver.addresses(of: "2001:db8::1") == [.v6(0x2001_0db8_0000_0000, 1)])
    }

    @Test func `the name of this machine is on the loopback, each address once and IPv4 first`() {
        let found = SystemResolver.addresses(of: "localhost")
        #expect(!found.isEmpty && found.allSatisfy(\.isLoopback))
        #expect(Set(found).count == found.count)
        #expect(found.drop(while: \.isV4).allSatisfy { !$0.isV4 })
    }

    @Test func `what is no name has no addresses`() {
        #expect(SystemResolver.addresses(of: "a\0b").isEmpty)
        #expect(SystemResolver.addresses(of: "").isEmpty)
    }
}
