import GatehouseConfig
import GatehouseRuntime

/// Everything that was read while a configuration was loaded: the files, certificates and keys as they were at that moment.
///
/// The parent reads with its privileges; the server process builds the same configuration from the snapshot, though it may not open
/// the files itself.
package struct FileSnapshot: Sendable, Equatable, FileSource {
    package var files: [String: [UInt8]] = [:]
    /// Paths that could not be read, with the reason.
    package var failures: [String: String] = [:]
    package var globs: [String: [String]] = [:]

    package init() {}

    package func read(_ path: String) throws(FileSourceError) -> [UInt8] {
        if let content = files[path] { return content }
        throw FileSourceError(reason: failures[path] ?? "2: No such file or directory")
    }

    package func glob(_ pattern: String) -> [String] { globs[pattern] ?? [] }
}

/// Passes every question on to another source and keeps the answers.
package final class RecordingFileSource: FileSource {
    private let source: any FileSource
    private let recorded = Lock(FileSnapshot())

    package init(_ source: any FileSource) { self.source = source }

    package var snapshot: FileSnapshot { recorded.withLock { $0 } }

    /// A file is read once, however often the configuration names it: all of it sees the same contents.
    package func read(_ path: String) throws(FileSourceError) -> [UInt8] {
        if let known = recorded.withLock({ $0.files[path] }) { return known }
        do throws(FileSourceError) {
            let content = try source.read(path)
            recorded.withLock { $0.files[path] = content }
            return content
        } catch {
            recorded.withLock { $0.failures[path] = error.reason }
            throw error
        }
    }

    package func glob(_ pattern: String) -> [String] {
        let paths = source.glob(pattern)
        recorded.withLock { $0.globs[pattern] = paths }
        return paths
    }
}
