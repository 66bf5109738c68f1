import GatehouseTestKit
import Testing

@testable import Gatehouse
@testable import GatehouseWire

@Suite struct LookupMachineTests {
    private let name = DNSName("a.example")!
    private let v4 = IPAddress.v4(0xc000_0201)
    private let v6 = IPAddress.v6(0x2001_0db8_0000_0000, 1)

    private func machine(_ types: [DNSRecordType] = [.a, .aaaa], servers: Int = 1) -> LookupMachine {
        var random = SeededGenerator(seed: 1)
        return LookupMachine(name, types: types, server: 0, of: servers, using: &random)
    }

    /// Feeds answers to the queries that are open, in their order, and returns what the last one led to.
    private func outcome(_ answers: [(records: [DNSAnswer.Record], code: UInt8)]) -> LookupMachine.Reception {
        var machine = machine()
        var last = LookupMachine.Reception.ignored
        for (query, answer) in zip(machine.open, answers) {
            let bytes = DNSAnswer.bytes(to: query.question, id: query.id, answer.records, code: answer.code)
            last = machine.messageReceived(bytes.span, overTCP: false)
        }
        return last
    }

    private func complete(_ answer: ResolverAnswer, for lifetime: Duration?) -> LookupMachine.Reception {
        .complete(.init(answer: answer, lifetime: lifetime))
    }

    @Test func `addresses of both families are found`() {
        let expected = complete(.found([v4, v6]), for: .seconds(60))
        #expect(outcome([([.address(v4)], 0), ([.address(v6)], 0)]) == expected)
    }

    @Test func `rotated answers are the same answer`() {
        let records: [DNSAnswer.Record] = [.address(.v4(1)), .address(.v4(2)), .address(.v4(2))]
        for records in [records, records.reversed()] {
            #expect(outcome([(records, 0), ([], 0)]) == complete(.found([.v4(1), .v4(2)]), for: .seconds(60)))
        }
    }

    @Test func `the first answer of two expects more`() {
        #expect(outcome([([.address(v4)], 0)]) == .expectsMore)
    }

    @Test func `one family will do`() {
        #expect(outcome([([.address(v4)], 0), ([], 0)]) == complete(.found([v4]), for: .seconds(60)))
        #expect(outcome([([], 0), ([.address(v6)], 0)]) == complete(.found([v6]), for: .seconds(60)))
    }

    @Test func `an error of either query is an error`() {
        #expect(outcome([([.address(v4)], 0), ([], 2)]) == complete(.failed(.serverFailure), for: nil))
        #expect(outcome([([], 5), ([.address(v6)], 0)]) == complete(.failed(.refused), for: nil))
        #expect(outcome([([], 3), ([.address(v6)], 0)]) == complete(.failed(.hostNotFound), for: nil))
    }

    @Test func `without addresses the later answer decides`() {
        let target = DNSName("b.example")!
        #expect(outcome([([], 0), ([.alias(target)], 0)]) == complete(.alias(target), for: .seconds(60)))
        #expect(outcome([([.alias(target)], 0), ([], 0)]) == complete(.failed(.hostNotFound), for: nil))
        #expect(outcome([([.alias(target)], 0), ([.address(v6)], 0)]) == complete(.found([v6]), for: .seconds(60)))
    }

    @Test func `a lack holds as long as its authority says`() {
        let records: [DNSAnswer.Record] = [.authority(minimum: 7)]
        #expect(outcome([(records, 3), (records, 3)]) == complete(.failed(.hostNotFound), for: .seconds(7)))
        #expect(outcome([([], 3), ([], 3)]) == complete(.failed(.hostNotFound), for: nil))
    }

    @Test func `the servers of a service are found, or its alias`() {
        let services = [
            DNSService(priority: 2, weight: 0, port: 80, target: DNSName("one.example")!),
            DNSService(priority: 1, weight: 9, port: 81, target: DNSName("two.example")!),
        ]
        let answers: [([DNSAnswer.Record], LookupMachine.Reception)] = [
            (services.map { .service($0) }, complete(.services(services), for: .seconds(60))),
            ([.alias(services[0].target)], complete(.alias(services[0].target), for: .seconds(60))),
            ([], complete(.failed(.hostNotFound), for: nil)),
        ]
        for (records, expected) in answers {
            var machine = machine([.srv])
            let query = machine.open[0]
            let bytes = DNSAnswer.bytes(to: query.question, id: query.id, records)
            #expect(machine.messageReceived(bytes.span, overTCP: false) == expected)
        }
    }

    @Test func `what does not answer an open query is ignored`() {
        var machine = machine([.a])
        let query = machine.open[0]
        let other = DNSQuestion(name: DNSName("b.example")!, type: .a)
        let strangers = [
            DNSAnswer.bytes(to: query.question, id: query.id &+ 1, [.address(v4)]),
            DNSAnswer.bytes(to: other, id: query.id, [.address(v4)]),
            DNSAnswer.bytes(to: query.question, id: query.id, [.address(v4)], code: 1),
            DNSAnswer.bytes(to: query.question, id: query.id, [.address(v4)], code: 9), query.message, [],
        ]
        for bytes in strangers { #expect(machine.messageReceived(bytes.span, overTCP: false) == .ignored) }
        let answer = DNSAnswer.bytes(to: query.question, id: query.id, [.address(v4)])
        #expect(machine.messageReceived(answer.span, overTCP: false) == complete(.found([v4]), for: .seconds(60)))
        #expect(machine.messageReceived(answer.span, overTCP: false) == .ignored)
    }

    @Test func `a truncated answer is asked for again over TCP`() {
        var machine = machine([.a])
        let query = machine.open[0]
        let truncated = DNSAnswer.bytes(to: query.question, id: query.id, isTruncated: true)
        #expect(machine.messageReceived(truncated.span, overTCP: false) == .askOverTCP(query))
        #expect(machine.messageReceived(truncated.span, overTCP: true) == .ignored)
        let answer = DNSAnswer.bytes(to: query.question, id: query.id, [.address(v4)])
        #expect(machine.messageReceived(answer.span, overTCP: true) == complete(.found([v4]), for: .seconds(60)))
    }

    @Test func `servers take turns, and a round of failures ends with a pause`() {
        var machine = machine(servers: 3)
        machine.roundEnded()
        #expect(machine.server == 1)
        #expect(machine.serverFailed() == .askNextServer && machine.server == 2)
        #expect(machine.serverFailed() == .askNextServer && machine.server == 0)
        #expect(machine.serverFailed() == .waitForNextRound)
        machine.roundEnded()
        #expect(machine.serverFailed() == .askNextServer)
    }
}
