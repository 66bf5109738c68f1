extension UpstreamServerSettings {
    /// What differs from the defaults, as the parameters of a `server` line.
    package var parameters: [String] {
        var words: [String] = []
        if weight != 1 { words.append("weight=\(weight)") }
        if maxConnections != 0 { words.append("max_conns=\(maxConnections)") }
        if maxFails != 1 { words.append("max_fails=\(maxFails)") }
        if failTimeout != .seconds(10) { words.append("fail_timeout=\(failTimeout.components.seconds)s") }
        if slowStart != .zero { words.append("slow_start=\(slowStart.components.seconds)s") }
        if !route.isEmpty { words.append("route=" + String(decoding: route, as: UTF8.self)) }
        if let service { words.append("service=" + service) }
        if resolvesContinually { words.append("resolve") }
        if isBackup { words.append("backup") }
        if isDown { words.append("down") }
        if isDraining { words.append("drain") }
        return words
    }

    /// The whole line, as a configuration and the file of `state` have it.
    package var line: String { (["server", name] + parameters).map(ConfigurationWord.quoted).joined(separator: " ") + ";" }
}

/// One word of the configuration language.
package enum ConfigurationWord {
    /// As it has to be written to be read as that word: in quotation marks where it holds what ends or changes a word.
    package static func quoted(_ word: String) -> String {
        let isPlain = !word.isEmpty && word.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f && !special.contains($0) }
        if isPlain { return word }
        return "\"" + word.flatMap { $0 == "\"" || $0 == "\\" ? ["\\", $0] : [$0] } + "\""
    }

    private static let special = Array("\"'\\;{}#$".utf8)

    /// The words of one line, each quoted or not. Throws the sentence that a configuration file would get.
    package static func split(_ line: [UInt8]) throws(ArgumentError) -> [String] {
        var lexer = Lexer(file: "", text: line + Array(";".utf8))
        let words: [String]?
        do throws(ConfigurationError) {
            words = try onlyStatement(&lexer)
        } catch {
            throw ArgumentError(error.message)
        }
        guard let words else { throw ArgumentError("one command is expected, without \";\", \"{\" and \"}\"") }
        return words
    }

    private static func onlyStatement(_ lexer: inout Lexer) throws(ConfigurationError) -> [String]? {
        guard case .simple(let words) = try lexer.next(), case .end = try lexer.next() else { return nil }
        return words.map(\.text)
    }
}
