/// Where configuration files come from: the file system, or a dictionary in tests.
package protocol FileSource: Sendable {
    func read(_ path: String) throws(FileSourceError) -> [UInt8]
    /// Paths that match a pattern with `*`, `?` and `[…]`, sorted.
    func glob(_ pattern: String) -> [String]
}

/// Why a file could not be read, in the system's words: `2: No such file or directory`.
package struct FileSourceError: Error, Sendable, Equatable {
    package let reason: String
    package init(reason: String) { self.reason = reason }
}
