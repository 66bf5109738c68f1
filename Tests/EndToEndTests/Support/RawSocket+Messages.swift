/// A message taken apart just enough to look at it.
struct RawMessage: Sendable {
    /// With its empty line.
    var head: String
    var body: String

    var startLine: String { String(head.prefix { $0 != "\r\n" }) }
    var status: Int { Int(startLine.split(separator: " ").dropFirst().first ?? "") ?? 0 }

    /// Values of all fields of that name, in order.
    func values(_ name: String) -> [String] {
        head.split(separator: "\r\n").dropFirst().compactMap { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == name.lowercased() else { return nil }
            return parts[1].drop { $0 == " " }.description
        }
    }

    func value(_ name: String) -> String? { values(name).first }
}

extension RawSocket {
    /// One request or response with its body, as its fields frame it.
    /// - Parameter hasBody: false for the answer to a HEAD.
    func readMessage(hasBody: Bool = true) throws -> RawMessage {
        var message = RawMessage(head: try read(until: "\r\n\r\n"), body: "")
        guard hasBody else { return message }
        if message.value("Transfer-Encoding") == "chunked" {
            message.body = try readChunks()
        } else if let length = message.value("Content-Length").flatMap({ Int($0) }) {
            message.body = try read(length)
        }
        return message
    }

    private func readChunks() throws -> String {
        var body = ""
        while true {
            let line = try read(until: "\r\n").dropLast(1)
            let size = Int(line, radix: 16) ?? 0
            body += try read(size)
            let end = try read(2)
            precondition(end == "\r\n", "a chunk longer than its size")
            if size == 0 { return body }
        }
    }

    /// Sends a request and reads its answer.
    func ask(_ request: String, hasBody: Bool = true) throws -> RawMessage {
        try send(request)
        return try readMessage(hasBody: hasBody)
    }
}
