import GatehouseConfig
import GatehouseRuntime
import GatehouseWire
import Glibc

/// The parent: holds the listening sockets, starts the server process and starts another when it dies, passes on signals and reloads.
///
/// It stays single-threaded and runs no Swift task, so that it can fork at any time.
final class MasterProcess {
    private let source: GenerationSource
    private let logs: LogFiles
    private let pidFile: PidFile
    private let signals: Int32
    /// What the next server process starts with.
    var generation: PreparedGeneration
    /// What the current server process has on trial, by its number.
    private var trial: (number: Int, generation: PreparedGeneration)?
    private var reloads = 0
    private var machine = MasterMachine(now: .now)
    /// Every server process that has not ended: the current one, and those that still drain.
    private var children: [Int32: ControlChannel] = [:]
    private var current: Int32?
    /// The server process that is to end as soon as there is another.
    private var retiring: Int32?
    /// What the current server process was started with.
    private var processSettings: MainSettings
    /// What this program was started with.
    private let programSettings: MainSettings
    /// The new program of a binary upgrade.
    private var successor: Int32?
    /// The program that handed over its sockets; nil where this one opened them itself.
    private let predecessor: Int32?

    static let handledSignals = [SIGHUP, SIGQUIT, SIGTERM, SIGINT, SIGUSR1, SIGUSR2, SIGWINCH, SIGCHLD]

    var log: ErrorLog { generation.log }

    init(_ generation: PreparedGeneration, source: GenerationSource, pidFile: PidFile, predecessor: Int32?) throws(SystemError) {
        self.generation = generation
        processSettings = generation.configuration.main
        programSettings = processSettings
        self.source = source
        logs = source.logs
        self.pidFile = pidFile
        self.predecessor = predecessor
        signals = try ProcessSystem.openSignals(Self.handledSignals)
    }

    /// Runs until QUIT or TERM has ended the last server process. In a server process it does not return.
    func run() {
        carryOut(machine.timePassed(now: .now))
        while !isOver {
            ProcessSystem.poll(
                [signals] + children.values.map(\.descriptor), wantsToWrite: channelsWithMessages,
                timeout: machine.deadline.map { $0 - MonotonicInstant.now })
            hear()
            while let signal = ProcessSystem.nextSignal(signals) { handle(signal) }
            for channel in children.values { channel.flush() }
            carryOut(machine.timePassed(now: .now))
        }
        end()
    }

    private var isOver = false

    /// Positions as `run` polls them.
    private var channelsWithMessages: Set<Int> {
        Set(children.values.enumerated().filter { $0.element.hasWaiting }.map { $0.offset + 1 })
    }

    private func handle(_ signal: Int32) {
        if signal == SIGCHLD {
            for (process, status) in ProcessSystem.reap() { ended(process, status) }
        } else {
            log.log(.notice, "signal \(signal) (\(SignalName.of(signal))) received")
            carryOut(machine.received(signal, now: .now))
        }
    }

    private func ended(_ process: Int32, _ status: Int32) {
        if process == successor { return successorEnded() }
        let channel = children.removeValue(forKey: process)
        guard channel != nil else { return }
        let isWanted = process == current && machine.isServing
        if process == retiring { retiring = nil }
        if status < 0 {
            // A signal that nobody here sent is a crash; nginx's word for that level is alert.
            log.log(machine.isTerminating ? .notice : .alert, "worker process \(process) exited on signal \(-status)")
        } else {
            log.log(.notice, "worker process \(process) exited with code \(status)")
        }
        if process == current {
            if trial != nil, isWanted {
                log.log(.warn, "reload_canary: the new configuration went with the server process that had it on trial")
            }
            endTrial(isAdopted: false)
            current = nil
        }
        if isWanted || children.isEmpty { carryOut(machine.serverEnded(now: .now)) }
    }

    private func carryOut(_ orders: [MasterMachine.Order]) {
        for order in orders {
            switch order {
            case .spawn:
                endTrial(isAdopted: false)
                spawn()
            case .signal(let signal): children.keys.forEach { kill($0, signal) }
            case .closeListeners: allListening.close(removesFiles: ownsFiles)
            case .reload: reload()
            case .reopenLogs: reopenLogs()
            case .changeBinary: changeBinary()
            case .exit: isOver = true
            }
        }
    }

    /// Whether the files of unix sockets go with this process: not while another program serves on the same sockets, be it the new
    /// one of a binary upgrade or the old one that started this.
    private var ownsFiles: Bool {
        successor == nil && predecessor != getppid()
    }

    private func end() {
        allListening.close(removesFiles: ownsFiles)
        log.log(.notice, "exit")
        if successor == nil { pidFile.remove() } else { pidFile.removeOld() }
        logs.writer.flushNow()
    }

    // MARK: The server process

    /// Forks. In the child it does not return.
    private func spawn() {
        do throws(SystemError) {
            let (own, other) = try ProcessSystem.openChannel()
            let process = try ProcessSystem.fork()
            if process == 0 {
                close(own)
                close(signals)
                children.values.forEach { close($0.descriptor) }
                becomeServer(control: other)
            }
            close(other)
            children[process] = ControlChannel(descriptor: own)
            current = process
            processSettings = generation.configuration.main
            machine.spawned(now: .now)
            log.log(.notice, "start worker process \(process)")
            if let retiring { kill(retiring, SIGQUIT) }
            retiring = nil
        } catch {
            log.log(.alert, "\(error) while spawning \"worker process\"")
            machine.spawnFailed(now: .now)
        }
    }

    private func becomeServer(control: Int32) -> Never {
        do throws(ProcessError) {
            try generation.identity.assume(log: log)
        } catch {
            log.log(.emerg, "\(error)")
            _exit(2)
        }
        ServerProcess(generation, source: source, control: control).run()
    }

    // MARK: Reloading

    /// Reads the configuration anew and hands it to the server process. Whatever is wrong with it leaves the old one serving.
    private func reload() {
        log.log(.notice, "reconfiguring")
        let files = RecordingFileSource(source.origin)
        do throws(GenerationSource.Failure) {
            let configuration = try source.load(files)
            for warning in configuration.warnings { StartupReport.log(warning, to: log) }
            use(try source.prepare(configuration, files: files, current: allListening))
        } catch {
            StartupReport.log(error, to: log)
        }
    }

    /// With `reload_canary` the server process tries the new generation; until it has told how that went, another one would begin with the old.
    private func use(_ prepared: PreparedGeneration) {
        reloads += 1
        let main = prepared.configuration.main
        let fixed = main.programDirectives(changedSince: programSettings)
        if !fixed.isEmpty { log.log(.warn, "\(fixed.quotedList) cannot be changed by a reload: start the program anew") }
        let changed = main.processDirectives(changedSince: processSettings)
        if !changed.isEmpty && machine.isServing {
            if main.reloadTrial == nil { return replaceServer(with: prepared, because: changed) }
            log.log(.warn, "\(changed.quotedList) cannot be tried: a reload without \"reload_canary\" starts a server process with it")
        }
        let channel = machine.isServing ? current.flatMap { children[$0] } : nil
        if let channel {
            // How the last trial went may be on its way.
            let certain = trial.map { generation.listening.common(with: $0.generation.listening) } ?? generation.listening
            GenerationTransfer(from: certain, to: prepared, number: reloads, logs: logs).send(over: channel)
        }
        let old = allListening
        if channel != nil, prepared.configuration.main.reloadTrial != nil {
            trial = (reloads, prepared)
        } else {
            (generation, trial) = (prepared, nil)
        }
        old.close(except: allListening)
    }

    /// What the process is has changed with the configuration: another one takes its place, and it finishes what it has.
    private func replaceServer(with prepared: PreparedGeneration, because changed: [String]) {
        log.log(.notice, "\(changed.quotedList) changed: another server process takes over")
        endTrial(isAdopted: false)
        let old = generation.listening
        generation = prepared
        retiring = current
        spawn()
        old.close(except: prepared.listening)
    }

    /// The sockets of the generation that serves, and of one on trial.
    private var allListening: ListeningTable {
        trial.map { generation.listening.joined(with: $0.generation.listening) } ?? generation.listening
    }

    /// What the server process has to say.
    private func hear() {
        guard let current, let channel = children[current] else { return }
        let capacity = ControlMessage.largestSize
        while case .message(let bytes, _)? = try? ProcessSystem.receive(from: channel.descriptor, capacity: capacity) {
            guard case .trialEnded(let number, let isAdopted)? = ControlMessage(decoding: bytes), number == trial?.number else { continue }
            endTrial(isAdopted: isAdopted)
        }
    }

    private func endTrial(isAdopted: Bool) {
        guard let ended = trial else { return }
        let old = allListening
        trial = nil
        if isAdopted { generation = ended.generation }
        old.close(except: generation.listening)
    }

    private func reopenLogs() {
        log.log(.notice, "reopening logs")
        for failure in logs.reopen() { log.log(.emerg, failure.description) }
        for channel in children.values {
            GenerationTransfer.sendLogs(logs, over: channel)
            channel.send(.reopened)
            channel.flush()
        }
    }

    // MARK: Binary upgrade

    private func changeBinary() {
        log.log(.notice, "changing binary")
        guard successor == nil, pidFile.moveToOld() else {
            log.log(.crit, "the changing binary signal is ignored")
            return
        }
        do throws(SystemError) {
            successor = try BinaryUpgrade(listening: allListening, arguments: source.options.arguments).start()
        } catch {
            log.log(.alert, "\(error)")
            _ = pidFile.moveBack()
        }
    }

    private func successorEnded() {
        successor = nil
        if !pidFile.moveBack() { log.log(.alert, "the pid file could not be renamed back after the new binary process exited") }
    }
}

/// The names of the signals, as logs show them.
enum SignalName {
    static func of(_ signal: Int32) -> String {
        switch signal {
        case SIGHUP: "SIGHUP"
        case SIGQUIT: "SIGQUIT"
        case SIGTERM: "SIGTERM"
        case SIGINT: "SIGINT"
        case SIGUSR1: "SIGUSR1"
        case SIGUSR2: "SIGUSR2"
        case SIGWINCH: "SIGWINCH"
        default: "signal \(signal)"
        }
    }
}
