import CGatehouse
import Glibc

/// Names in the file system. Every call may block on the disk.
package enum FileSystem {
    /// Lets `call` use a path as C writes it, which must not leave it. A path with a zero byte inside names nothing: `-ENOENT`.
    static func withPath(_ path: [UInt8], _ call: (UnsafePointer<CChar>) -> Int32) -> Int32 {
        if path.contains(0) { return -ENOENT }
        return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: path.count + 1) { copy in
            // There is room for all bytes of the path and the zero behind it.
            for i in path.indices { unsafe copy[i] = CChar(bitPattern: path[i]) }
            unsafe copy[path.count] = 0
            guard let start = unsafe copy.baseAddress else { return -ENOENT }
            return unsafe call(start)
        }
    }

    /// The paths that a pattern with `*`, `?` and `[…]` matches, sorted as `include` reads them. Empty when there is none.
    package static func glob(_ pattern: String) -> [String] {
        var found = unsafe glob_t()
        // Freed below; the paths are copied before that.
        defer { unsafe globfree(&found) }
        guard unsafe Glibc.glob(pattern, 0, nil, &found) == 0 else { return [] }
        return unsafe (0..<Int(found.gl_pathc)).compactMap { index in
            unsafe found.gl_pathv[index].map { unsafe String(cString: $0) }
        }
    }

    /// Creates a directory and those above it; existing ones are fine.
    package static func createDirectory(_ path: String, permissions: UInt32 = 0o755) throws(SystemError) {
        if unsafe mkdir(path, permissions) == 0 || errno == EEXIST { return }
        let code = errno
        guard code == ENOENT, let slash = path.dropLast().lastIndex(of: "/"), slash > path.startIndex else {
            throw SystemError(code: code, operation: "mkdir")
        }
        try createDirectory(String(path[..<slash]), permissions: permissions)
        if unsafe mkdir(path, permissions) != 0, errno != EEXIST { throw SystemError(code: errno, operation: "mkdir") }
    }

    /// The path with symbolic links followed; nil where it does not exist.
    package static func realPath(_ path: String) -> String? {
        // The system allocates the result; it is copied and freed here.
        guard let found = unsafe realpath(path, nil) else { return nil }
        defer { unsafe free(found) }
        return unsafe String(cString: found)
    }

    package static func rename(_ path: String, to new: String) throws(SystemError) {
        if unsafe Glibc.rename(path, new) != 0 { throw SystemError(code: errno, operation: "rename") }
    }

    package static func remove(_ path: String) throws(SystemError) {
        if unsafe unlink(path) != 0 { throw SystemError(code: errno, operation: "unlink") }
    }

    package static func changeOwner(of path: String, user: UInt32, group: UInt32) throws(SystemError) {
        if unsafe chown(path, user, group) != 0 { throw SystemError(code: errno, operation: "chown") }
    }

    package static func changePermissions(of path: String, to permissions: UInt32) throws(SystemError) {
        if unsafe chmod(path, permissions) != 0 { throw SystemError(code: errno, operation: "chmod") }
    }

    /// The names in a directory without `.` and `..`, in no order.
    package static func names(in directory: String) throws(SystemError) -> [String] {
        // Closed below; each entry is copied before the next is read.
        guard let stream = unsafe opendir(directory) else { throw SystemError(code: errno, operation: "opendir") }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }

    /// The directory in which relative names are looked up.
    package static var currentDirectory: String {
        // The buffer is freed after it was copied.
        guard let path = unsafe getcwd(nil, 0) else { return "/" }
        defer { unsafe free(path) }
        return unsafe String(cString: path)
    }
}
