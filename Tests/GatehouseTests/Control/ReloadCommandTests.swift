import GatehouseWire
import Testing

@testable import Gatehouse

@Suite struct ReloadCommandTests {
    @Test func `a trial is shown, decided once, and remembered`() async throws {
        let record = ReloadRecord()
        let start = MonotonicInstant.origin
        #expect(await record.status(now: start).isEmpty)
        let trial = ReloadTrial(.init(share: .init(clamping: 500), period: .seconds(120)), of: 2, now: start)
        record.began(trial)
        let shown = await record.status(now: start + .seconds(20))
        #expect(shown.count == 1 && shown[0].hasPrefix("configuration: on trial at 5%, 100 s left; errors: "))
        let outcome = try #require(await record.trial?.withdraw(now: start + .seconds(30)))
        #expect(await record.trial?.adopt(now: start + .seconds(30)) == nil)
        #expect(await trial.timePassed(now: start + .seconds(31)) == outcome)
        record.ended(2, outcome, now: start + .seconds(31))
        let after = await record.status(now: start + .seconds(40))
        #expect(after[0] == "configuration: none on trial" && after[1].hasPrefix("  9 s ago: withdrawn: as told, after 30 s at 5%"))
    }

    @Test func `results are taken together, as soon as both sides have some`() {
        let tally = ReloadTally()
        for _ in 0..<3 { tally.add(.old, failed: false) }
        tally.add(.old, failed: true)
        #expect(tally.take() == nil)
        tally.add(.new, failed: true)
        let block = tally.take()
        #expect(block?.baseline.count == 4 && block?.baseline.bad == 1 && block?.canary.count == 1 && block?.canary.bad == 1)
        #expect(tally.take() == nil)
    }
}
