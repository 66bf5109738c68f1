import GatehouseRuntime
import Glibc

/// Every open log by its absolute path, so that two directives that name one file share one `LogFile`.
///
/// The parent process opens the files that the configuration names while it still has its privileges; the server process inherits them.
package final class LogFiles: Sendable {
    private struct Registry {
        var named: [String: LogFile] = [:]
        /// Files whose names hold variables: opened while serving, the longest unused closed first.
        var dynamic: [(path: String, file: LogFile)] = []
    }

    package let writer: LogWriter
    /// The standard error stream.
    package let standardError: LogFile
    private let registry = Lock(Registry())
    private let dynamicLimit: Int

    /// - Parameter dynamicLimit: how many files with variable names stay open at once.
    package init(writer: LogWriter, dynamicLimit: Int = 64) {
        self.writer = writer
        self.dynamicLimit = dynamicLimit
        standardError = .standardError(writer: writer)
    }

    /// The log at `path`, opened now where it is not yet.
    /// - Throws: `LogFileError` when the file cannot be opened.
    package func open(_ path: String, buffering: LogFile.Buffering = .none) throws(LogFileError) -> LogFile {
        try registry.withLock { registry throws(LogFileError) in
            if let file = registry.named[path] { return file }
            let descriptor = try LogSystem.openForAppending(path)
            let file = LogFile(path: path, descriptor: descriptor, writer: writer, buffering: buffering)
            registry.named[path] = file
            return file
        }
    }

    /// The log at `path` where it has been opened or adopted.
    package func find(_ path: String) -> LogFile? {
        registry.withLock { $0.named[path] }
    }

    /// Takes over a descriptor that the parent has opened for `path`: a new log, or a new descriptor for the log that is there.
    package func adopt(_ path: String, descriptor: Int32, buffering: LogFile.Buffering = .none) {
        let known = registry.withLock { registry -> LogFile? in
            if let file = registry.named[path] { return file }
            registry.named[path] = LogFile(path: path, descriptor: descriptor, writer: writer, buffering: buffering)
            return nil
        }
        known?.replaceDescriptor(with: descriptor)
    }

    /// The log at a path that came out of variables; opened on demand and kept while it is among the last ones used.
    package func openOnDemand(_ path: String) throws(LogFileError) -> LogFile {
        if let file = find(path) { return file }
        return try registry.withLock { registry throws(LogFileError) in
            if let index = registry.dynamic.firstIndex(where: { $0.path == path }) {
                let entry = registry.dynamic.remove(at: index)
                registry.dynamic.append(entry)
                return entry.file
            }
            let file = LogFile(path: path, descriptor: try LogSystem.openForAppending(path), writer: writer)
            if registry.dynamic.count >= dynamicLimit { registry.dynamic.removeFirst() }
            registry.dynamic.append((path, file))
            return file
        }
    }

    /// Opens every file anew under its name (after a rotation has moved them away) and closes those with variable names.
    /// - Returns: the failures; such a log goes on with the file it had.
    @discardableResult
    package func reopen() -> [LogFileError] {
        var failures: [LogFileError] = []
        for file in all {
            do {
                file.replaceDescriptor(with: try LogSystem.openForAppending(file.path))
            } catch {
                failures.append(error)
            }
        }
        forgetDynamic()
        return failures
    }

    /// Closes the files with variable names; each opens anew with its next line.
    package func forgetDynamic() {
        registry.withLock { $0.dynamic.removeAll() }
    }

    /// Every file that has a name of its own in the configuration, in the order of their paths.
    package var all: [LogFile] {
        registry.withLock { $0.named.values.sorted { $0.path < $1.path } }
    }
}
