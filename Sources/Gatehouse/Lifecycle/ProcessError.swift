import GatehouseRuntime

/// Something about the process itself that the system refused.
struct ProcessError: Error, Equatable, CustomStringConvertible {
    /// The call with what it was about, such as `getpwnam("nobody")`.
    let call: String
    /// The number as in `errno.h`.
    let code: Int32

    var description: String { "\(call) failed (\(code): \(SystemError.message(of: code)))" }

    static func check(_ result: Int32, _ call: String) throws(ProcessError) {
        if result < 0 { throw ProcessError(call: call, code: -result) }
    }
}
