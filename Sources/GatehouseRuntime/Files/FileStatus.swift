import CGatehouse
import Glibc

/// What the system knows about a file.
package struct FileStatus: Sendable, Hashable {
    package enum Kind: Sendable, Hashable { case regular, directory, symbolicLink, socket, other }

    package let kind: Kind
    /// In bytes.
    package let size: Int
    /// Seconds since 1970, and the nanoseconds beyond.
    package let modifiedSeconds: Int
    package let modifiedNanoseconds: Int
    package let device: UInt64
    package let inode: UInt64
    /// The user's number.
    package let owner: UInt32
    /// The permission bits.
    package let permissions: UInt32

    /// Follows symbolic links unless told otherwise. Throws `ENOENT` and what else `stat` says.
    package static func of(path: String, followsLinks: Bool = true) throws(SystemError) -> FileStatus {
        try of(path: Array(path.utf8), followsLinks: followsLinks)
    }

    /// The same for a path that need not be text.
    package static func of(path: [UInt8], followsLinks: Bool = true) throws(SystemError) -> FileStatus {
        var found = gatehouse_file_status()
        // Both live for the call.
        let result = FileSystem.withPath(path) { unsafe gatehouse_file_status_at($0, followsLinks ? 1 : 0, &found) }
        _ = try SystemError.check(result, "stat")
        return FileStatus(found)
    }

    package static func of(_ descriptor: borrowing Descriptor) throws(SystemError) -> FileStatus {
        var found = gatehouse_file_status()
        // Lives for the call.
        _ = try SystemError.check(unsafe gatehouse_file_status_of(descriptor.number, &found), "fstat")
        return FileStatus(found)
    }

    private init(_ found: gatehouse_file_status) {
        kind =
            switch found.mode & S_IFMT {
            case S_IFREG: .regular
            case S_IFDIR: .directory
            case S_IFLNK: .symbolicLink
            case S_IFSOCK: .socket
            default: .other
            }
        size = Int(found.size)
        modifiedSeconds = Int(found.modified_seconds)
        modifiedNanoseconds = Int(found.modified_nanoseconds)
        device = found.device
        inode = found.inode
        owner = found.owner
        permissions = found.mode & 0o7777
    }
}
