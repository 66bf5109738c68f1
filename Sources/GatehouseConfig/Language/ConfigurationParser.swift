/// Makes a tree of the text of a configuration and of the files it includes. Knows words and braces, not directives.
package struct ConfigurationParser {
    /// How deep blocks and included files may nest.
    package static let deepestNesting = 64

    private let source: any FileSource
    private let paths: ConfigurationPaths
    private let diagnostics: DiagnosticCollection

    package init(source: any FileSource, paths: ConfigurationPaths, diagnostics: DiagnosticCollection) {
        self.source = source
        self.paths = paths
        self.diagnostics = diagnostics
    }

    /// Reads a file and everything it includes. Errors are collected; what is independent of them is in the result.
    package func parse(file path: String) -> [DirectiveNode] {
        do throws(FileSourceError) {
            return parse(text: try source.read(path), file: path, depth: 0)
        } catch {
            diagnostics.fail("open() \"\(path)\" failed (\(error.reason))")
            return []
        }
    }

    /// - Parameter file: an absolute path, or `SourcePosition.commandLine`.
    package func parse(text: [UInt8], file: String, depth: Int = 0) -> [DirectiveNode] {
        if !diagnostics.files.contains(where: { $0.path == file }) {
            diagnostics.files.append(ConfigurationFile(path: file, content: text))
        }
        var lexer = Lexer(file: file, text: text)
        var nodes: [DirectiveNode] = []
        while true {
            nodes += block(&lexer, openedAt: nil, depth: depth)
            // Only the end of the file, or a brace that closes nothing, ends the outermost block.
            guard case .closing(let position)? = try? lexer.next() else { return nodes }
            diagnostics.fail(ConfigurationError("unexpected \"}\"", at: position))
        }
    }

    /// Reads statements up to the end of a block or file, which at top level is left unread.
    private func block(_ lexer: inout Lexer, openedAt opening: Argument?, depth: Int) -> [DirectiveNode] {
        var nodes: [DirectiveNode] = []
        while true {
            let before = lexer
            do throws(ConfigurationError) {
                switch try lexer.next() {
                case .simple(let words):
                    if words[0].bytes == Self.include {
                        nodes += included(words, depth: depth)
                    } else {
                        nodes.append(DirectiveNode(words: words, block: nil))
                    }
                case .opening(let words):
                    try checkNesting(depth, at: words[0])
                    nodes.append(DirectiveNode(words: words, block: block(&lexer, openedAt: words[0], depth: depth + 1)))
                case .closing:
                    if opening == nil { lexer = before }
                    return nodes
                case .end(let position):
                    if let opening, !hasReportedEnd(of: position.file) { throw unclosed(opening, at: position) }
                    lexer = before
                    return nodes
                }
            } catch {
                diagnostics.fail(error)
                if error.message.hasPrefix("unexpected end") { return nodes }
                if Self.leavesStatementUnread(error) { lexer.skipStatement() }
            }
        }
    }

    /// After a stray `;` the next statement starts at once; after other errors it has to be looked for.
    private static func leavesStatementUnread(_ error: ConfigurationError) -> Bool { error.message != "unexpected \";\"" }

    private static let include = Array("include".utf8)

    private func checkNesting(_ depth: Int, at word: Argument) throws(ConfigurationError) {
        if depth >= Self.deepestNesting {
            throw ConfigurationError("blocks and included files nest deeper than \(Self.deepestNesting) levels", at: word)
        }
    }

    /// Of several blocks that are open at the end of a file only the innermost is reported.
    private func hasReportedEnd(of file: String) -> Bool {
        diagnostics.errors.contains { $0.position?.file == file && $0.message.hasPrefix("unexpected end of") }
    }

    private func unclosed(_ opening: Argument, at position: SourcePosition) -> ConfigurationError {
        ConfigurationError(
            "unexpected end of file, expecting \"}\"", at: position,
            hints: ["\"\(opening.text)\" in line \(opening.position.line) is still open"])
    }

    /// The directives of the files that an `include` names, in its place.
    private func included(_ words: [Argument], depth: Int) -> [DirectiveNode] {
        do throws(ConfigurationError) {
            return try filesIncluded(words, depth: depth)
        } catch {
            diagnostics.fail(error)
            return []
        }
    }

    private func filesIncluded(_ words: [Argument], depth: Int) throws(ConfigurationError) -> [DirectiveNode] {
        guard words.count == 2 else {
            throw ConfigurationError(
                "invalid number of arguments in \"include\" directive", at: words[0], hints: ["it takes one argument"])
        }
        try checkNesting(depth, at: words[0])
        let path = paths.absolute(words[1].text, .configuration)
        let isPattern = path.utf8.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "[") }
        var nodes: [DirectiveNode] = []
        for file in isPattern ? source.glob(path) : [path] {
            do throws(FileSourceError) {
                nodes += parse(text: try source.read(file), file: file, depth: depth + 1)
            } catch {
                throw ConfigurationError("open() \"\(file)\" failed (\(error.reason))", at: words[1])
            }
        }
        return nodes
    }
}
