import GatehouseConfig
import Glibc

/// Gathers what the parent sends of a new generation, message by message. Owns the listening descriptors of the server process: those of the
/// generation that serves, and while another is on trial its own.
struct IncomingGeneration {
    typealias Listening = [ListeningKey: [Int32]]

    private(set) var snapshot = FileSnapshot()
    /// From `begin` on as the coming generation will listen, else as the newest one does.
    private(set) var listening: Listening
    /// As the generation listens that serves.
    private var settled: Listening
    /// The generation on trial, by the server's number and that of the parent.
    private(set) var trial: Trial?
    /// The sockets that this process was started with or has opened itself (`master_process off`).
    private(set) var table: ListeningTable
    /// The same for a generation that this process has prepared by itself.
    private var newestTable: ListeningTable?

    struct Trial {
        let generation: Int
        let number: Int
        fileprivate let listening: Listening
        fileprivate let table: ListeningTable?
    }

    init(_ table: ListeningTable) {
        self.table = table
        listening = table.descriptors
        settled = listening
    }

    mutating func add(_ message: ControlMessage, _ descriptors: [Int32]) {
        switch message {
        case .begin:
            abandon()
            snapshot = FileSnapshot()
            listening = [:]
        case .file(let path, let part): snapshot.files[path, default: []] += part
        case .failedFile(let path, let reason): snapshot.failures[path] = reason
        case .glob(let pattern, let paths): snapshot.globs[pattern] = paths
        case .keeps(let address): listening[address] = settled[address] ?? trial?.listening[address]
        case .listens(let address): listening[address, default: []] += descriptors
        case .log, .commit, .reopened, .trialEnded: break
        }
    }

    /// Takes over a generation that this process has prepared by itself.
    mutating func use(_ prepared: PreparedGeneration) {
        snapshot = prepared.snapshot
        listening = prepared.listening.descriptors
        newestTable = prepared.listening
    }

    /// Every socket there is, for a generation that this process prepares.
    var tableInUse: ListeningTable { trial?.table.map { table.joined(with: $0) } ?? table }

    /// Forgets a generation that was not loaded, with the sockets that came for it.
    mutating func abandon() {
        closeAll(listening, except: [settled, trial?.listening ?? [:]])
        listening = trial?.listening ?? settled
        newestTable = nil
    }

    /// The newest generation serves, alone: closes what others listened on and it does not.
    mutating func closeUnused() {
        let others = [settled, trial?.listening ?? [:]]
        (settled, trial) = (listening, nil)
        if let newestTable { table = newestTable }
        newestTable = nil
        for other in others { closeAll(other, except: [settled]) }
    }

    /// The newest generation is on trial, in the place of one that was before.
    mutating func tryOut(generation: Int, number: Int) {
        let replaced = trial
        trial = Trial(generation: generation, number: number, listening: listening, table: newestTable)
        newestTable = nil
        if let replaced { closeAll(replaced.listening, except: [settled, listening]) }
    }

    /// - Returns: the parent's number of the generation on trial; `nil` where it is another.
    mutating func trialEnded(generation: Int, isAdopted: Bool) -> Int? {
        guard let trial, trial.generation == generation else { return nil }
        listening = isAdopted ? trial.listening : settled
        newestTable = isAdopted ? trial.table : nil
        closeUnused()
        return trial.number
    }

    private func closeAll(_ listening: Listening, except kept: [Listening]) {
        let used = Set(kept.flatMap { $0.values.joined() })
        for descriptor in Set(listening.values.joined()) where !used.contains(descriptor) { close(descriptor) }
    }
}
