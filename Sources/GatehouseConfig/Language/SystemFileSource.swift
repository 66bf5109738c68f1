import Glibc

/// Reads configuration files from the file system.
package struct SystemFileSource: FileSource {
    package init() {}

    package func read(_ path: String) throws(FileSourceError) -> [UInt8] {
        // Safe: the path is a null-terminated copy that lives during the call.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.lastError() }
        defer { close(descriptor) }
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            // Safe: the buffer is as long as the count that is passed.
            let count = unsafe chunk.withUnsafeMutableBytes { unsafe Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw Self.lastError() }
            if count == 0 { return content }
            content += chunk[..<count]
        }
    }

    package func glob(_ pattern: String) -> [String] {
        // Safe: `result` is filled by glob, read only within its counts, and freed once.
        var result = unsafe glob_t()
        defer { unsafe globfree(&result) }
        guard unsafe Glibc.glob(pattern, 0, nil, &result) == 0, let paths = unsafe result.gl_pathv else { return [] }
        return unsafe (0..<Int(result.gl_pathc)).compactMap { index in unsafe paths[index].map { unsafe String(cString: $0) } }
    }

    private static func lastError() -> FileSourceError {
        let code = errno
        // Safe: strerror returns a null-terminated text, copied at once.
        return FileSourceError(reason: "\(code): \(unsafe String(cString: strerror(code)))")
    }
}
