import Glibc

/// The streams of the terminal, and the directory the program was started in.
enum Terminal {
    static func print(_ text: String) { write(text, STDOUT_FILENO) }
    static func printError(_ text: String) { write(text, STDERR_FILENO) }

    private static func write(_ text: String, _ descriptor: Int32) {
        let bytes = Array(text.utf8)
        // The pointer stays in the closure; a terminal that takes less is not worth a second try.
        _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
    }

    static var directory: String {
        // Allocated by getcwd, copied and freed here.
        guard let path = unsafe getcwd(nil, 0) else { return "/" }
        defer { unsafe free(path) }
        return unsafe String(cString: path)
    }

    /// For this user alone; one that is there stays as it is.
    static func makeDirectory(_ path: String) { unsafe mkdir(path, 0o700) }

    /// Writes a file that this user alone may read.
    static func writePrivately(_ text: String, to path: String) -> Bool {
        unsafe unlink(path)
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return false }
        write(text, descriptor)
        return close(descriptor) == 0
    }

    static func exists(_ path: String) -> Bool { unsafe access(path, R_OK) == 0 }
}
