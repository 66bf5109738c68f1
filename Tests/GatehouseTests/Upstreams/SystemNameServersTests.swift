import GatehouseRuntime
import GatehouseWire
import Testing

@testable import Gatehouse

@Suite struct SystemNameServersTests {
    private func system(_ configuration: String = "", hosts: String = "") -> SystemNameServers {
        SystemNameServers(configuration: Array(configuration.utf8), hosts: Array(hosts.utf8))
    }

    @Test func `name servers are taken from resolv.conf, three at most`() {
        let text = """
            # nameserver 10.0.0.9
            search example.com
            nameserver 10.0.0.1
            nameserver\t::1
            nameserver fe80::1%eth0
            nameserver nonsense
            nameserver
            nameserver 10.0.0.2
            nameserver 10.0.0.3
            """
        #expect(system(text).servers == [.ip(.v4(0x0a00_0001), port: 53), .ip(.v6(0, 1), port: 53), .ip(.v4(0x0a00_0002), port: 53)])
    }

    @Test func `without a name server this machine is asked`() {
        #expect(system().servers == [.ip(.v4(0x7f00_0001), port: 53)])
    }

    @Test func `hosts have addresses of both families`() {
        let hosts = system(
            hosts: """
                10.0.0.2 one.example one # a comment names nobody
                10.0.0.1\tONE.example
                10.0.0.1 one.example
                ::1 one.example
                nonsense two.example
                10.0.0.4
                """
        ).hosts
        let name = DNSName("one.example")!
        #expect(hosts.addresses(of: name, [.a, .aaaa]) == [.v4(0x0a00_0001), .v4(0x0a00_0002), .v6(0, 1)])
        #expect(hosts.addresses(of: name, [.aaaa]) == [.v6(0, 1)])
        #expect(hosts.addresses(of: DNSName("one")!, [.a]) == [.v4(0x0a00_0002)])
        #expect(hosts.addresses(of: DNSName("two.example")!, [.a]).isEmpty)
        #expect(hosts.addresses(of: DNSName("comment")!, [.a]).isEmpty)
    }
}
