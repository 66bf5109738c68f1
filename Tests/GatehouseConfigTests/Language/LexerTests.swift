import GatehouseConfig
import Testing

@Suite struct LexerTests {
    private func words(_ text: String) throws -> [String] {
        var lexer = Lexer(file: "test", text: Array(text.utf8))
        guard case .simple(let words) = try lexer.next() else { return [] }
        return words.map(\.text)
    }

    @Test(arguments: [
        ("a b;", ["a", "b"]),
        ("  a\t\r\n b  ;", ["a", "b"]),
        ("a # c ; d\n b;", ["a", "b"]),
        ("a b#c;", ["a", "b#c"]),
        (#"a "b c";"#, ["a", "b c"]),
        (#"a 'b "c" d';"#, ["a", #"b "c" d"#]),
        (#"a "b\"c";"#, ["a", #"b"c"#]),
        (#"a "";"#, ["a", ""]),
        (#"a b\ c;"#, ["a", #"b\ c"#]),
        (#"a \.php$;"#, ["a", #"\.php$"#]),
        (#"a b\\c;"#, ["a", #"b\c"#]),
        (#"a "x\ty\nz";"#, ["a", "x\ty\nz"]),
        ("a ${b}c;", ["a", "${b}c"]),
        ("a b${c}d;", ["a", "b${c}d"]),
        (#"a "{;}";"#, ["a", "{;}"]),
        ("a b};", ["a", "b}"]),
        (#"if ($a = "b") ;"#, ["if", "($a", "=", "b", ")"]),
        (#"a b"c;"#, ["a", #"b"c"#]),
    ])
    func `a statement is cut into words`(text: String, expected: [String]) throws {
        #expect(try words(text) == expected)
    }

    @Test(arguments: [
        (";", #"unexpected ";""#), ("{", #"unexpected "{""#), ("a }", #"unexpected "}""#),
        ("a", #"unexpected end of file, expecting ";" or "}""#), (#"a "b"c;"#, #"unexpected "c""#),
        (#"a "b;"#, #"unexpected end of file, expecting ";" or "}""#),
    ])
    func `what is wrong is said in nginx's words`(text: String, message: String) throws {
        var lexer = Lexer(file: "test", text: Array(text.utf8))
        let error = #expect(throws: ConfigurationError.self) { try lexer.next() }
        #expect(error?.message == message)
    }

    @Test func `a word longer than nginx's buffer is refused`() {
        var lexer = Lexer(file: "test", text: Array("a \(String(repeating: "x", count: 5000));".utf8))
        let error = #expect(throws: ConfigurationError.self) { try lexer.next() }
        #expect(error?.message == #"too long parameter "xxxxxxxxxx..." started"#)
    }

    @Test func `a quote that is never closed is named when the word gets too long`() {
        var lexer = Lexer(file: "test", text: Array("a \"\(String(repeating: "x y;", count: 2000))".utf8))
        let error = #expect(throws: ConfigurationError.self) { try lexer.next() }
        #expect(error?.message == #"too long parameter, probably missing terminating """ character"#)
    }

    @Test func `words know their lines and columns`() throws {
        var lexer = Lexer(file: "f", text: Array("a;\n  bb \"c d\" {".utf8))
        _ = try lexer.next()
        guard case .opening(let words) = try lexer.next() else {
            Issue.record("no block")
            return
        }
        #expect(words.map(\.position.line) == [2, 2])
        #expect(words.map(\.position.column) == [3, 6])
        #expect(words.map(\.sourceLength) == [2, 5])
    }

    @Test func `no text cut anywhere makes the lexer trap or loop`() {
        let text = Array(#"http { server { listen 80; location ~ "\.(a|b)$" { set $x '${y}\'z'; } } } # end"#.utf8)
        for length in 0...text.count {
            var lexer = Lexer(file: "f", text: Array(text[..<length]))
            var steps = 0
            while steps < 200 {
                steps += 1
                if case .end? = try? lexer.next() { break }
                lexer.skipStatement()
            }
        }
    }
}
