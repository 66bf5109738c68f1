import GatehousePolicy
import GatehouseWire
import Testing

@Suite struct RealIPTests {
    static func client(_ text: String, port: Int? = nil) -> RealIP.Client? { IPAddress(text).map { .init(address: $0, port: port) } }

    @Test(
        arguments: [
            (false, "10.0.0.1", ["192.0.2.1"], client("192.0.2.1")),
            (false, "11.0.0.1", ["192.0.2.1"], nil),
            (false, "10.0.0.1", ["192.0.2.1, 10.0.0.2"], client("10.0.0.2")),
            (true, "10.0.0.1", ["192.0.2.1, 10.0.0.2"], client("192.0.2.1")),
            (true, "10.0.0.1", ["6.6.6.6, 192.0.2.1,10.0.0.3 , 10.0.0.2"], client("192.0.2.1")),
            (true, "10.0.0.1", ["10.0.0.3, 10.0.0.2"], client("10.0.0.3")),
            (true, "10.0.0.1", ["192.0.2.1", "10.0.0.2"], client("192.0.2.1")),
            (false, "10.0.0.1", ["192.0.2.1", "10.0.0.2"], client("10.0.0.2")),
            (true, "10.0.0.1", ["garbage", "10.0.0.2"], client("10.0.0.2")),
            (true, "10.0.0.1", ["192.0.2.1, garbage, 10.0.0.2"], client("10.0.0.2")),
            (true, "10.0.0.1", ["garbage"], nil),
            (true, "10.0.0.1", [""], nil),
            (true, "10.0.0.1", [], nil),
            (true, "unix", ["192.0.2.1"], client("192.0.2.1")),
            (false, "10.0.0.1", ["192.0.2.1:4000"], client("192.0.2.1", port: 4000)),
            (false, "10.0.0.1", ["[2001:db8::1]:4000"], client("2001:db8::1", port: 4000)),
            (false, "10.0.0.1", ["[2001:db8::1]"], client("2001:db8::1")),
            (false, "10.0.0.1", ["2001:db8::1"], client("2001:db8::1")),
            (false, "10.0.0.1", ["192.0.2.1:0"], nil),
            (false, "10.0.0.1", ["192.0.2.1:99999"], nil),
            (false, "10.0.0.1", ["[2001:db8::1"], nil),
        ] as [(Bool, String, [String], RealIP.Client?)])
    func `the client behind trusted proxies is found`(
        isRecursive: Bool, peer: String, fields: [String], expected: RealIP.Client?
    ) {
        let rules = RealIP(trusted: [block("10.0.0.0/8")], trustsUnix: true, isRecursive: isRecursive)
        #expect(rules.client(peer: IPAddress(peer), fields: fields.map { Array($0.utf8) }) == expected)
    }
}
