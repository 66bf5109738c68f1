import GatehouseRuntime
import GatehouseWire

/// What the event loop does for a request.
func runtimeBenchmarks(on loop: EventLoop) -> [Benchmark] {
    [timer(among: 0), timer(among: 10_000), turns(), yields(on: loop), buffers(of: loop)]
}

/// As a deadline is used: set, and taken back long before it is due.
private func timer(among count: Int) -> Benchmark {
    Benchmark("deadline set and cancelled among \(count)") { times in
        var wheel = TimerWheel()
        for number in 0..<count { _ = wheel.insert(at: UInt64(1000 + number % 60_000)) }
        for _ in 0..<times { keep(wheel.cancel(wheel.insert(at: 60_000))) }
    }
}

private func turns() -> Benchmark {
    Benchmark("timer wheel advanced by a tick with one timer due") { times in
        var wheel = TimerWheel()
        var expired: [TimerID] = []
        for tick in 1...UInt64(max(times, 1)) {
            _ = wheel.insert(at: tick)
            expired.removeAll(keepingCapacity: true)
            wheel.advance(to: tick, expired: &expired)
        }
        keep(expired.count)
    }
}

private func yields(on loop: EventLoop) -> Benchmark {
    let work: (Int) async -> Void = { times in
        await withTaskExecutorPreference(loop) { for _ in 0..<times { await Task.yield() } }
    }
    return Benchmark("job through the loop's queue, from the loop", suspending: work)
}

private func buffers(of loop: EventLoop) -> Benchmark {
    let work: (Int) async -> Void = { times in
        await withTaskExecutorPreference(loop) { for _ in 0..<times { loop.buffers.giveBack(loop.buffers.borrow(16384)) } }
    }
    return Benchmark("buffer of 16 KiB borrowed and given back", suspending: work)
}
