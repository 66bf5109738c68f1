/// `ssl_password_file`: one password a line.
package enum PasswordFile {
    /// The passwords of a file's contents; empty lines are skipped. A file without any gives one empty password, so that an
    /// encrypted key is an error and never a prompt.
    package static func passwords(in contents: [UInt8]) -> [[UInt8]] {
        let lines = contents.split(separator: UInt8(ascii: "\n")).map { line in
            Array(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
        }
        let passwords = lines.filter { !$0.isEmpty }
        return passwords.isEmpty ? [[]] : passwords
    }
}
