import GatehouseConfig
import GatehouseRuntime
import Glibc

/// The life of the process that serves: from the fork, or from the start with `master_process off`, to its exit.
final class ServerProcess: Sendable {
    /// What can happen to it, from signals and from the parent.
    enum Event: Sendable {
        case signal(Int32)
        case message(ControlMessage, [Int32])
        /// A generation is not on trial any more.
        case trialEnded(Server.TrialEnd)
        /// The parent is gone.
        case orphaned
    }

    static let signals = [SIGQUIT, SIGTERM, SIGINT, SIGUSR1, SIGHUP, SIGWINCH, SIGUSR2]

    private let server: Server
    private let log: ErrorLog
    private let logs: LogFiles
    private let source: GenerationSource
    /// The socket to the parent; nil where there is none.
    private let control: Int32?
    private let initialListening: ListeningTable
    /// What the process was started with.
    private let settings: MainSettings

    init(_ generation: PreparedGeneration, source: GenerationSource, control: Int32?) {
        server = generation.server
        log = generation.log
        initialListening = generation.listening
        settings = generation.configuration.main
        self.source = source
        logs = source.logs
        self.control = control
    }

    /// Serves until drained or stopped, then ends the process. The calling thread has to be the only one.
    func run(whenEnded: @escaping @Sendable () -> Void = {}) -> Never {
        do throws(SystemError) {
            try logs.writer.start { [log] file, count in
                log.log(.warn, "\(count) lines for \"\(file.path)\" were dropped: they came faster than they could be written")
            }
            let (events, more) = try watch()
            // Structure ends here: this thread has nothing else to do, and the task ends the process.
            Task {
                await serve(events, more)
                whenEnded()
                logs.writer.flushNow()
                _exit(0)
            }
        } catch {
            log.log(.alert, "\(error)")
            logs.writer.flushNow()
            _exit(2)
        }
        while true { pause() }
    }

    /// Signals and messages as they come, read by a thread of their own.
    private func watch() throws(SystemError) -> (AsyncStream<Event>, AsyncStream<Event>.Continuation) {
        let signals = try ProcessSystem.openSignals(Self.signals)
        let (events, continuation) = AsyncStream<Event>.makeStream()
        let control = control
        _ = try LogSystem.startThread { Self.read(signals: signals, control: control, into: continuation) }
        return (events, continuation)
    }

    private static func read(signals: Int32, control: Int32?, into events: AsyncStream<Event>.Continuation) {
        var control = control
        while true {
            ProcessSystem.poll([signals] + (control.map { [$0] } ?? []), timeout: nil)
            while let signal = ProcessSystem.nextSignal(signals) { events.yield(.signal(signal)) }
            if let channel = control, !readMessages(channel, into: events) {
                events.yield(.orphaned)
                control = nil
            }
        }
    }

    /// False when the parent has closed its end.
    private static func readMessages(_ channel: Int32, into events: AsyncStream<Event>.Continuation) -> Bool {
        while true {
            guard let received = try? ProcessSystem.receive(from: channel, capacity: ControlMessage.largestSize) else { return false }
            switch received {
            case .nothing: return true
            case .end: return false
            case .message(let bytes, let descriptors):
                if let message = ControlMessage(decoding: bytes) { events.yield(.message(message, descriptors)) }
            }
        }
    }

    private func serve(_ events: AsyncStream<Event>, _ more: AsyncStream<Event>.Continuation) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.server.run() }
            group.addTask { for await end in self.server.trialEnds { more.yield(.trialEnded(end)) } }
            // Ends with the process; cancelled when the server has returned.
            group.addTask {
                var reload = IncomingGeneration(self.initialListening)
                for await event in events { await self.handle(event, &reload) }
            }
            await group.next()
            group.cancelAll()
        }
        log.log(.notice, "exit")
    }

    private func handle(_ event: Event, _ reload: inout IncomingGeneration) async {
        switch event {
        case .signal(SIGQUIT), .signal(SIGWINCH), .orphaned: drain()
        case .signal(SIGTERM), .signal(SIGINT): stop()
        case .signal(SIGUSR1) where control == nil: reopenLogs()
        case .signal(SIGHUP) where control == nil: await reloadAlone(&reload)
        case .signal: break
        case .message(.commit(let number), _): await load(&reload, number: number)
        case .trialEnded(let end): trialEnded(end, &reload)
        case .message(.reopened, _): logs.forgetDynamic()
        case .message(.log(let path, let buffer, let flush), let descriptors):
            guard let descriptor = descriptors.first else { return }
            logs.adopt(path, descriptor: descriptor, buffering: .init(size: buffer, interval: flush.map { .milliseconds($0) }))
        case .message(let message, let descriptors): reload.add(message, descriptors)
        }
    }

    private func drain() {
        log.log(.notice, "gracefully shutting down")
        server.drain()
    }

    private func stop() {
        log.log(.notice, "exiting")
        server.stop()
    }

    private func reopenLogs() {
        log.log(.notice, "reopening logs")
        for failure in logs.reopen() { log.log(.emerg, failure.description) }
    }

    // MARK: Reloading

    /// The parent has sent a whole generation, which it has built once itself, so nothing should fail here.
    private func load(_ reload: inout IncomingGeneration, number: Int) async {
        do {
            let configuration = try source.load(reload.snapshot)
            let loading = try await server.load(configuration, listening: reload.listening, files: reload.snapshot)
            loaded(loading, &reload, number: number)
        } catch {
            reload.abandon()
            tellParent(.trialEnded(number: number, isAdopted: false))
            log.log(.emerg, "the new configuration could not be loaded: \(error)")
        }
    }

    private func loaded(_ loading: Server.Loading, _ reload: inout IncomingGeneration, number: Int) {
        switch loading {
        case .serving:
            reload.closeUnused()
            announceRetirement()
        case .onTrial(let generation): reload.tryOut(generation: generation, number: number)
        }
    }

    /// The server has put to work what became of the trial; the rest is about sockets.
    private func trialEnded(_ end: Server.TrialEnd, _ reload: inout IncomingGeneration) {
        let isAdopted = end.outcome.kind == .adopted
        guard let number = reload.trialEnded(generation: end.generation, isAdopted: isAdopted) else { return }
        tellParent(.trialEnded(number: number, isAdopted: isAdopted))
        announceRetirement()
    }

    private func tellParent(_ message: ControlMessage) {
        guard let control else { return }
        do throws(SystemError) {
            // Nobody else writes here, so there is room.
            _ = try ProcessSystem.send(message.encoded(), with: [], to: control)
        } catch {
            log.log(.alert, "\(error) while telling the parent process of a reload")
        }
    }

    /// `master_process off`: this process does what the parent would do.
    private func reloadAlone(_ reload: inout IncomingGeneration) async {
        log.log(.notice, "reconfiguring")
        let files = RecordingFileSource(source.origin)
        do {
            let configuration = try source.load(files)
            let prepared = try source.prepare(configuration, files: files, current: reload.tableInUse)
            noteFixed(configuration.main)
            reload.use(prepared)
            let loading = try await server.load(configuration, listening: reload.listening, files: prepared.snapshot)
            loaded(loading, &reload, number: 0)
        } catch {
            reload.abandon()
            StartupReport.log(error, to: log)
        }
    }

    /// Without a parent there is nobody to start another process.
    private func noteFixed(_ main: MainSettings) {
        let fixed = main.programDirectives(changedSince: settings) + main.processDirectives(changedSince: settings)
        if !fixed.isEmpty { log.log(.warn, "\(fixed.quotedList) cannot be changed by a reload: start the program anew") }
    }

    /// Says so when the last request of the old generation is done: scripts wait for these words.
    private func announceRetirement() {
        let log = log
        let server = server
        // Outlives the event that caused it and ends with the old generation, at latest with the process.
        Task {
            await server.oldGenerationsEnded()
            log.log(.notice, "the old generation of worker process \(getpid()) exited with code 0")
        }
    }
}
