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
    private var machine = MasterMachine(now: .now)
    /// Every server process that has not ended: the current one, and those that still drain.
    private var children: [Int32: ControlChannel] = [:]
    private var current: Int32?
    /// The new program of a binary upgrade.
    private var successor: Int32?
    /// The program that handed over its sockets; nil where this one opened them itself.
    private let predecessor: Int32?

    static let handledSignals = [SIGHUP, SIGQUIT, SIGTERM, SIGINT, SIGUSR1, SIGUSR2, SIGWINCH, SIGCHLD]

    var log: ErrorLog { generation.log }

    init(_ generation: PreparedGeneration, source: GenerationSource, pidFile: PidFile, predecessor: Int32?) throws(SystemError) {
        self.generation = generation
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
        if status < 0 {
            // A signal that nobody here sent is a crash; nginx's word for that level is alert.
            log.log(machine.isTerminating ? .notice : .alert, "worker process \(process) exited on signal \(-status)")
        } else {
            log.log(.notice, "worker process \(process) exited with code \(status)")
        }
        if process == current { current = nil }
        if isWanted || children.isEmpty { carryOut(machine.serverEnded(now: .now)) }
    }

    private func carryOut(_ orders: [MasterMachine.Order]) {
        for order in orders {
            switch order {
            case .spawn: spawn()
            case .signal(let signal): children.keys.forEach { kill($0, signal) }
            case .closeListeners: generation.listening.close(removesFiles: ownsFiles)
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
        generation.listening.close(removesFiles: ownsFiles)
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
            machine.spawned(now: .now)
            log.log(.notice, "start worker process \(process)")
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
            let prepared = try source.prepare(configuration, files: files, current: generation.listening)
            if machine.isServing, let current, let channel = children[current] {
                GenerationTransfer(from: generation.listening, to: prepared, logs: logs).send(over: channel)
            }
            generation.listening.close(except: prepared.listening)
            generation = prepared
        } catch {
            StartupReport.log(error, to: log)
        }
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
            successor = try BinaryUpgrade(listening: generation.listening, arguments: source.options.arguments).start()
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
