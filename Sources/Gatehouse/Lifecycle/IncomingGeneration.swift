import GatehouseConfig
import Glibc

/// Gathers what the parent sends of a new generation, message by message. Owns the listening descriptors of the server process.
struct IncomingGeneration {
    private(set) var snapshot = FileSnapshot()
    /// Between `begin` and `closeUnused` as the coming generation will listen, else as the newest one does.
    private(set) var listening: [ListeningKey: [Int32]]
    private var previous: [ListeningKey: [Int32]]
    /// The sockets that this process was started with or has opened itself (`master_process off`).
    private(set) var table: ListeningTable

    init(_ table: ListeningTable) {
        self.table = table
        listening = table.descriptors
        previous = listening
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
        case .keeps(let address): listening[address] = previous[address]
        case .listens(let address): listening[address, default: []] += descriptors
        case .log, .commit, .reopened: break
        }
    }

    /// Takes over a generation that this process has prepared by itself.
    mutating func use(_ prepared: PreparedGeneration) {
        snapshot = prepared.snapshot
        listening = prepared.listening.descriptors
        table = prepared.listening
    }

    /// Forgets a generation that was not loaded, with the sockets that came for it.
    mutating func abandon() {
        let used = Set(previous.values.joined())
        for descriptor in listening.values.joined() where !used.contains(descriptor) { close(descriptor) }
        listening = previous
    }

    /// Closes what the generation before listened on and the newest does not.
    mutating func closeUnused() {
        let used = Set(listening.values.joined())
        for descriptor in previous.values.joined() where !used.contains(descriptor) { close(descriptor) }
        previous = listening
    }
}
