import GatehouseConfig
import GatehouseRuntime

/// The file conditions of `if`: `-f`, `-d`, `-e`, `-x`.
enum FileTests {
    /// - Parameter path: absolute. What cannot be looked at does not exist.
    static func holds(_ test: RewriteCondition.FileTest, _ path: [UInt8]) -> Bool {
        guard let status = try? FileStatus.of(path: path) else { return false }
        switch test {
        case .exists: return true
        case .isFile: return status.kind == .regular
        case .isDirectory: return status.kind == .directory
        // As nginx: the owner's bit of anything.
        case .isExecutable: return status.permissions & 0o100 != 0
        }
    }
}
