import GatehousePolicy
import GatehouseRuntime

/// `gatehouse canary replay FILE`: lets the rollout of a journal happen again.
package enum CanaryReplay {
    /// Larger files are not read, in bytes.
    private static let longest = 1 << 30

    /// Every decision of the journal, one a line. Blocks on the disk.
    /// - Throws: the file cannot be read, or a line of it says something else than was decided now.
    package static func run(_ path: String) throws(ControlFailure) -> String {
        let bytes: [UInt8]
        do {
            bytes = try File.contents(of: path, limit: longest)
        } catch {
            throw ControlFailure("\"\(path)\" cannot be read: \(error)")
        }
        do throws(CanaryJournal.ReplayError) {
            let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
            return try CanaryJournal.replay(lines).map { $0.description + "\n" }.joined()
        } catch {
            throw ControlFailure("\(path):\(error.line): \(error.message)")
        }
    }
}
