import GatehouseRuntime

/// Where a rollout writes down what it was told: a file that lines are added to.
package struct CanaryJournalFile: Sendable {
    package let path: String
    /// Gets each line, without its end; does not block.
    let write: @Sendable (String) -> Void

    package init(path: String, write: @escaping @Sendable (String) -> Void) {
        self.path = path
        self.write = write
    }

    /// Opens the file. Blocks on the disk. Only for a process that goes on to serve: the lines are written by a thread, which a fork would lose.
    init(opening path: String) throws(SystemError) {
        let file = try AppendFile(path: path)
        self.init(path: path) { file.append(Array($0.utf8) + [UInt8(ascii: "\n")]) }
    }
}
