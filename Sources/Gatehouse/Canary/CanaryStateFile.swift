import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import GatehouseWire
import Glibc

/// The file in which a rollout outlives the process: which canary it is of, and the machine's lines.
struct CanaryStateFile: Sendable {
    private let path: String
    private let title: String

    /// `nil` where the block names no `state` file.
    init?(_ settings: CanarySettings, baseline: String, canary: String) {
        guard let path = settings.stateFile else { return nil }
        self.path = path
        title = "canary \(settings.name) of \(baseline) and \(canary)"
    }

    /// Blocks on the disk. A file of another rollout is no error: this one is new then.
    func read(now: MonotonicInstant, log: ErrorLog) -> CanaryRolloutMachine? {
        let bytes: [UInt8]
        do {
            bytes = try File.contents(of: path, limit: 1 << 16)
        } catch {
            if error.code != ENOENT { log.log(.warn, "the canary's state \"\(path)\" cannot be read: \(error)") }
            return nil
        }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        guard lines.first.map(String.init) == title else { return nil }
        let machine = CanaryRolloutMachine(stateLines: lines.dropFirst(), now: now)
        if machine == nil { log.log(.warn, "the canary's state \"\(path)\" is damaged, the rollout begins anew") }
        return machine
    }

    /// Replaces the file as a whole. Blocks on the disk.
    func write(_ lines: [String]) throws(SystemError) {
        let text = ([title] + lines).joined(separator: "\n") + "\n"
        let temporary = path + ".new"
        try File.write(Array(text.utf8), to: temporary)
        try FileSystem.rename(temporary, to: path)
    }
}
