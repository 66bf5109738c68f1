import GatehousePolicy
import GatehouseWire
import Testing

@Suite struct KeepaliveRulesTests {
    typealias Exchange = KeepaliveRules.Exchange

    @Test(arguments: [
        (Exchange(requests: 1, openedAt: start, endedCleanly: true), true, true),
        (Exchange(requests: 9, openedAt: start, endedCleanly: true), true, true),
        (Exchange(requests: 10, openedAt: start, endedCleanly: true), false, false),
        (Exchange(requests: 1, openedAt: start - .seconds(61), endedCleanly: true), false, false),
        (Exchange(requests: 1, openedAt: start, endedCleanly: false), false, false),
        (Exchange(requests: 1, openedAt: start, endedCleanly: true, hasExcessBytes: true), false, true),
        (Exchange(requests: 1, openedAt: start, endedCleanly: true, isDraining: true), false, false),
    ])
    func `a connection is kept within its bounds`(exchange: Exchange, upstream: Bool, client: Bool) {
        let rules = KeepaliveRules(requests: 10, time: .seconds(60))
        #expect(rules.keepsUpstream(after: exchange, now: start) == upstream)
        #expect(rules.keepsClient(after: exchange, now: start) == client)
    }

    @Test(arguments: [KeepaliveRules(requests: 0), KeepaliveRules(timeout: .zero)])
    func `zero keeps none`(rules: KeepaliveRules) {
        #expect(!rules.keepsClient(after: Exchange(requests: 1, openedAt: start, endedCleanly: true), now: start))
    }
}
