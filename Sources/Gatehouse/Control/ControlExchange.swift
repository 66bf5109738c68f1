import GatehouseConfig
import GatehouseRuntime
import GatehouseWire

/// What goes over the control socket: one line of words as a configuration has them, and the answer to it until the end of the stream.
///
///     upstream add backends 127.0.0.1:8082 weight=2⏎
///     ok⏎ …what there is to read
///
/// or `error …⏎` and nothing more.
enum ControlExchange {
    /// Bytes of a command, its end included.
    static let longestRequest = 8 << 10
    /// Bytes of an answer that the program reads.
    static let longestAnswer = 16 << 20
    /// How long a caller has for its line, and for taking the answer.
    static let patience = Duration.seconds(10)

    static func request(_ words: [String]) -> [UInt8] { Array(words.map(ConfigurationWord.quoted).joined(separator: " ").utf8) + [0x0a] }

    static func answer(_ result: Result<String, ControlFailure>) -> [UInt8] {
        switch result {
        case .success(let text): Array("ok\n\(text)".utf8)
        case .failure(let failure): Array("error \(failure.description.split(separator: "\n").joined(separator: " "))\n".utf8)
        }
    }

    /// Nil where that is no answer of this protocol.
    static func result(_ answer: [UInt8]) -> Result<String, ControlFailure>? {
        guard let end = answer.firstIndex(of: 0x0a) else { return nil }
        let first = String(decoding: answer[..<end], as: UTF8.self)
        if first == "ok" { return .success(String(decoding: answer[(end + 1)...], as: UTF8.self)) }
        guard first.hasPrefix("error ") else { return nil }
        return .failure(ControlFailure(String(first.dropFirst(6))))
    }

    /// Carries out the command on a line.
    static func perform(_ line: [UInt8], on generation: Generation, now: MonotonicInstant) async -> Result<String, ControlFailure> {
        do throws(ControlFailure) {
            let words = try words(of: line)
            guard let name = words.first else { throw ControlFailure("no command") }
            if name == "help" { return .success(help) }
            guard let command = ControlCommand.named(name) else { throw ControlFailure("unknown command \"\(name)\"") }
            return .success(try await command.run(words.dropFirst(), generation, now))
        } catch {
            return .failure(error)
        }
    }

    private static func words(of line: [UInt8]) throws(ControlFailure) -> [String] {
        do throws(ArgumentError) {
            return try ConfigurationWord.split(line)
        } catch {
            throw ControlFailure(error.message)
        }
    }

    package static var help: String { ControlCommand.all.flatMap(\.usage).map { $0 + "\n" }.joined() }
}
