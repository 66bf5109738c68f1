import GatehousePolicy
import GatehouseWire
import Testing

@Suite struct AccessRulesTests {
    static let rules = AccessRules([
        .init(allows: false, subject: .block(block("192.168.1.1"))), .init(allows: true, subject: .block(block("192.168.1.0/24"))),
        .init(allows: true, subject: .block(block("2001:db8::/32"))), .init(allows: true, subject: .unix),
        .init(allows: false, subject: .all),
    ])

    @Test(arguments: [
        ("192.168.1.1", AccessRules.Result.denied), ("192.168.1.2", .allowed), ("2001:db8::7", .allowed), ("::1", .denied),
        ("::ffff:192.168.1.2", .allowed), ("10.0.0.1", .denied), ("unix", .allowed),
    ])
    func `the first rule that covers the client decides`(client: String, expected: AccessRules.Result) {
        #expect(Self.rules.check(IPAddress(client)) == expected)
    }

    @Test func `without a rule nothing is decided`() {
        #expect(AccessRules().check(.v4(1)) == .undecided)
        #expect(AccessRules([.init(allows: true, subject: .unix)]).check(.v4(1)) == .undecided)
    }
}
