import CGatehouse

/// A system call that failed: its name and its `errno`.
package struct SystemError: Error, Hashable, CustomStringConvertible {
    /// The number as in `errno.h`.
    package var code: Int32
    /// The system call, without parentheses.
    package var operation: String

    package init(code: Int32, operation: String) {
        self.code = code
        self.operation = operation
    }

    /// The result of a function of the shim, or the error that its negative value names.
    static func check(_ result: Int32, _ operation: StaticString) throws(SystemError) -> Int32 {
        if result < 0 { throw SystemError(code: -result, operation: operation.description) }
        return result
    }

    /// As nginx writes it into its error log: `connect() failed (111: Connection refused)`.
    package var description: String { "\(operation)() failed (\(code): \(message))" }

    /// What the system calls this error, such as `Connection refused`.
    package var message: String { Self.message(of: code) }

    package static func message(of code: Int32) -> String {
        unsafe String(unsafeUninitializedCapacity: 128) { text in
            // The shim writes at most as many bytes as it is told there are.
            unsafe text.withMemoryRebound(to: CChar.self) { unsafe gatehouse_error_text(code, $0.baseAddress, $0.count) }
        }
    }
}
