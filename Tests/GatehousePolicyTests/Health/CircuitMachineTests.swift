import GatehousePolicy
import Testing

@Suite struct CircuitMachineTests {
    @Test func `connections are admitted up to the limit, then wait up to the next, then are refused`() {
        var circuit = CircuitMachine(limits: CircuitLimits(connections: 2, pending: 1))
        for _ in 0..<2 {
            #expect(circuit.requestArrived(isRetry: false, waiting: 0) == .admit)
            circuit.started(isRetry: false)
        }
        #expect(circuit.requestArrived(isRetry: false, waiting: 0) == .wait)
        #expect(circuit.requestArrived(isRetry: false, waiting: 1) == .refuse(.connections))
        #expect(circuit.refusals == 1)
        circuit.ended(isRetry: false)
        #expect(circuit.canAdmit)
    }

    @Test func `without pending nobody waits`() {
        var circuit = CircuitMachine(limits: CircuitLimits(connections: 1))
        circuit.started(isRetry: false)
        #expect(circuit.requestArrived(isRetry: false, waiting: 0) == .refuse(.connections))
    }

    @Test func `retries have a limit of their own`() {
        var circuit = CircuitMachine(limits: CircuitLimits(retries: 1))
        circuit.started(isRetry: true)
        #expect(circuit.requestArrived(isRetry: true, waiting: 0) == .refuse(.retries))
        #expect(circuit.requestArrived(isRetry: false, waiting: 0) == .admit)
        circuit.ended(isRetry: true)
        #expect(circuit.requestArrived(isRetry: true, waiting: 0) == .admit)
    }

    @Test(arguments: [(0, 3), (5, 3), (14, 3), (15, 3), (19, 4), (99, 20), (499, 100)])
    func `the budget is a share of what is under way, with a floor`(others: Int, expected: Int) {
        var circuit = CircuitMachine(budget: RetryBudgetRules(share: 20, minimum: 3))
        for _ in 0..<others { circuit.started(isRetry: false) }
        var retries = 0
        while circuit.requestArrived(isRetry: true, waiting: 0) == .admit && retries < 1000 {
            circuit.started(isRetry: true)
            // One request less of the first kind: it is the same request that is repeated.
            if others > retries { circuit.ended(isRetry: false) }
            retries += 1
        }
        #expect(retries == expected)
        #expect(circuit.requestArrived(isRetry: true, waiting: 0) == .refuse(.retryBudget))
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `whatever comes and goes, no limit is passed`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let limits = CircuitLimits(connections: 20, pending: 5, retries: 4)
        var circuit = CircuitMachine(limits: limits, budget: RetryBudgetRules(share: 10, minimum: 1))
        var underWay: [Bool] = []
        var pending = 0
        for _ in 0..<5000 {
            if Bool.random(using: &generator), !underWay.isEmpty {
                circuit.ended(isRetry: underWay.remove(at: Int.random(in: 0..<underWay.count, using: &generator)))
                if pending > 0 {
                    pending -= 1
                    circuit.started(isRetry: false)
                    underWay.append(false)
                }
                continue
            }
            let isRetry = Int.random(in: 0..<4, using: &generator) == 0
            switch circuit.requestArrived(isRetry: isRetry, waiting: pending) {
            case .admit:
                circuit.started(isRetry: isRetry)
                underWay.append(isRetry)
            case .wait: pending += 1
            case .refuse(.connections): #expect(circuit.connections == limits.connections && pending == limits.pending)
            case .refuse: #expect(isRetry)
            }
            #expect(circuit.connections == underWay.count && circuit.retries == underWay.count { $0 })
            #expect(circuit.connections <= limits.connections && pending <= limits.pending && circuit.retries <= 2)
        }
    }
}
