import GatehouseConfig
import GatehouseRuntime
import GatehouseTLS
import GatehouseWire

/// Keeps the OCSP answer fresh that is sent with one certificate, in all contexts that show it (`ssl_stapling`).
struct StapleUpkeep: Upkeep {
    let responder: OCSPResponder
    let question: [UInt8]
    let certificates: [StapledCertificate]
    /// `ssl_stapling_verify`
    let verifies: Bool
    let names: OCSPResponder.NameSource
    let memory: StapleMemory
    let log: ErrorLog

    package func run(on loop: EventLoop) async {
        var schedule = useRemembered(now: loop.wallClock.seconds)
        while !Task.isCancelled {
            let pause = schedule.due - loop.wallClock.seconds
            if pause > 0 {
                do throws(CancellationError) { try await loop.sleep(until: loop.now + .seconds(pause)) } catch { return }
            }
            do throws(OCSPFailure) {
                let response = try await responder.ask(question, names, on: loop)
                let ends = try use(response)
                memory.keep(.init(response: response, ends: ends), to: question)
                schedule.answered(until: ends, now: loop.wallClock.seconds)
            } catch {
                if Task.isCancelled { return }
                log.log(.error, "\(error.reason) while requesting certificate status, responder: \(responder.url)")
                if schedule.failed(now: loop.wallClock.seconds) == .unstaple { for certificate in certificates { certificate.unstaple() } }
            }
        }
    }

    private func useRemembered(now: Int) -> StapleSchedule {
        guard let known = memory.answer(to: question, now: now), (try? use(known.response)) != nil else { return StapleSchedule(now: now) }
        return StapleSchedule(now: now, ends: known.ends ?? now + StapleSchedule.longestPause)
    }

    private func use(_ response: [UInt8]) throws(OCSPFailure) -> Int? {
        var ends: Int?
        do throws(TLSError) {
            for certificate in certificates { ends = try certificate.staple(response, verifies: verifies) }
        } catch {
            throw OCSPFailure(error.message)
        }
        return ends
    }
}
