import GatehouseTestKit
import Testing

@testable import Gatehouse

@Suite struct GenerationEndTests {
    private actor Record {
        private(set) var returned = 0
        func add() { returned += 1 }
    }

    @Test func `waiting returns when the generation goes, and at once afterwards`() async {
        let executor = ManualTaskExecutor()
        let end = GenerationEnd()
        let record = Record()
        let early = Task(executorPreference: executor) {
            await end.wait()
            await record.add()
        }
        executor.drain()
        #expect(await record.returned == 0)
        #expect(!end.isOver)
        end.announce()
        executor.drain()
        await early.value
        let late = Task(executorPreference: executor) {
            await end.wait()
            await record.add()
        }
        executor.drain()
        await late.value
        #expect(await record.returned == 2)
    }
}
