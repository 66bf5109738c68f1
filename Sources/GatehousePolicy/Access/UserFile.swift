/// The lines of a file that `htpasswd` makes: `user:hash`, perhaps with a comment behind another colon.
package struct UserFile: Sendable, Equatable {
    private var hashes: [[UInt8]: [UInt8]] = [:]

    /// Lines that are empty or begin with `#`, or have no colon, say nothing; of two lines for one user the first holds, as in nginx.
    package init(_ text: [UInt8]) {
        for line in text.split(separator: UInt8(ascii: "\n")) {
            let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            guard line.first != UInt8(ascii: "#"), let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
            let user = Array(line[..<colon])
            if hashes[user] == nil { hashes[user] = Array(line[(colon + 1)...].prefix { $0 != UInt8(ascii: ":") }) }
        }
    }

    package func hash(of user: [UInt8]) -> [UInt8]? { hashes[user] }
}
