import GatehouseRuntime

/// A log that could not be opened.
package struct LogFileError: Error, Equatable, CustomStringConvertible {
    package let path: String
    /// The number as in `errno.h`.
    package let code: Int32

    /// In nginx's words.
    package var description: String { "open() \"\(path)\" failed (\(code): \(SystemError.message(of: code)))" }
}
