import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import GatehouseWire

/// What a generation does for one of its canaries: gives it its rules, tells it the time, keeps its state.
struct CanaryUpkeep: Upkeep {
    let router: CanaryRouter
    let settings: CanarySettings
    let stateFile: CanaryStateFile?
    let log: ErrorLog

    /// How often the state is written where nothing was decided.
    private static let pause = 10

    func run(on loop: EventLoop) async {
        note(await router.configured(settings.rules, failures: settings.failures, now: loop.now))
        await save(loop)
        var seconds = 0
        var saved = router.stateName + router.share.description
        while true {
            do { try await loop.sleep(until: loop.now + .seconds(1)) } catch { break }
            note(await router.timePassed(now: loop.now))
            seconds += 1
            // Decisions also come from requests and from people.
            let state = router.stateName + router.share.description
            if state != saved || seconds % Self.pause == 0 { await save(loop) }
            saved = state
        }
        await save(loop)
    }

    private func note(_ decision: CanaryDecision?) {
        if let decision { CanaryLog.note(decision, of: settings.name, in: log) }
    }

    /// Written by a thread that may block.
    private func save(_ loop: EventLoop) async {
        guard let stateFile else { return }
        let lines = await router.stateLines(now: loop.now)
        do throws(SystemError) {
            try await BlockingPool.shared.run { () throws(SystemError) in try stateFile.write(lines) }
        } catch {
            log.log(.warn, "the state of canary \"\(settings.name)\" cannot be written: \(error)")
        }
    }
}
