import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import GatehouseWire
import Glibc

/// What a generation does for one of its canaries: gives it its rules, tells it the time, keeps its state.
struct CanaryUpkeep: Upkeep {
    let router: CanaryRouter
    let settings: CanarySettings
    let stateFile: CanaryStateFile?
    let log: ErrorLog

    /// How often the state is written where nothing was decided.
    private static let pause = 10

    func run(on loop: EventLoop) async {
        await begin(loop)
        note(await router.configured(settings.rules, failures: settings.failures, now: loop.now))
        var failure = await save(loop, after: nil)
        var seconds = 0
        var saved = router.stateName + router.share.description
        while true {
            do { try await loop.sleep(until: loop.now + .seconds(1)) } catch { break }
            note(await router.timePassed(now: loop.now))
            seconds += 1
            // Decisions also come from requests and from people.
            let state = router.stateName + router.share.description
            if state != saved || seconds % Self.pause == 0 { failure = await save(loop, after: failure) }
            saved = state
        }
        _ = await save(loop, after: failure)
    }

    /// Reads and opens the rollout's files, in the process that serves.
    private func begin(_ loop: EventLoop) async {
        let (stateFile, log) = (stateFile, log)
        let kept = await BlockingPool.shared.run { stateFile?.read(now: .now, log: log) }
        await router.begin(with: kept)
        if await router.keepsJournal(settings.journalFile) { return }
        guard let path = settings.journalFile else { return await router.keepJournal(nil, now: loop.now) }
        do throws(SystemError) {
            let journal = try await BlockingPool.shared.run { () throws(SystemError) in try CanaryJournalFile(opening: path) }
            await router.keepJournal(journal, now: loop.now)
        } catch {
            log.log(.error, "the journal \"\(path)\" of canary \"\(settings.name)\" cannot be opened\(Self.cure(error)): \(error)")
        }
    }

    /// What helps against the most frequent failure.
    private static func cure(_ error: SystemError) -> String {
        error.code == EACCES ? "; its directory has to be writable for the user of the server process" : ""
    }

    private func note(_ decision: CanaryDecision?) {
        if let decision { CanaryLog.note(decision, of: settings.name, in: log) }
    }

    /// Written by a thread that may block.
    /// - Parameter failure: why it could not be written the last time; that is not said again.
    /// - Returns: why it could not be written now.
    private func save(_ loop: EventLoop, after failure: SystemError?) async -> SystemError? {
        guard let stateFile else { return nil }
        let lines = await router.stateLines(now: loop.now)
        do throws(SystemError) {
            try await BlockingPool.shared.run { () throws(SystemError) in try stateFile.write(lines) }
            return nil
        } catch {
            if error != failure {
                log.log(.warn, "the state of canary \"\(settings.name)\" cannot be written\(Self.cure(error)): \(error)")
            }
            return error
        }
    }
}
