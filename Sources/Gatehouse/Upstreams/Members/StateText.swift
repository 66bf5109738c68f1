import GatehouseConfig
import GatehousePolicy

/// The content of a `state` file: `server` lines, as NGINX Plus writes them.
enum StateText {
    /// Much more than `ServerLines.most` lines need.
    static let largest = 4 << 20

    static func write(_ lines: ServerLines) -> [UInt8] { Array(lines.all.map { $0.settings.line + "\n" }.joined().utf8) }

    /// Throws nginx's sentence about the first line that is no `server` line.
    static func read(_ content: [UInt8], file: String, method: BalancingMethod) throws(AssemblyError) -> [UpstreamServerSettings] {
        var lexer = Lexer(file: file, text: content)
        var servers: [UpstreamServerSettings] = []
        while true {
            let words: [Argument]
            do throws(ConfigurationError) {
                switch try lexer.next() {
                case .simple(let statement): words = statement
                case .end: return servers
                case .opening(let statement): throw ConfigurationError("unexpected \"{\"", at: statement[0])
                case .closing(let position): throw ConfigurationError("unexpected \"}\"", at: position)
                }
            } catch {
                throw AssemblyError(error.message, at: error.position)
            }
            servers.append(try server(words, method: method))
        }
    }

    private static func server(_ words: [Argument], method: BalancingMethod) throws(AssemblyError) -> UpstreamServerSettings {
        let position = words[0].position
        guard words[0].text == "server", words.count > 1 else {
            throw AssemblyError("a state file has \"server\" lines, not \"\(words[0].text)\"", at: position)
        }
        do throws(ArgumentError) {
            return try UpstreamServerSettings(parsing: words.dropFirst().map(\.text), method: method, position: position)
        } catch {
            throw AssemblyError(error.message, at: position)
        }
    }
}
