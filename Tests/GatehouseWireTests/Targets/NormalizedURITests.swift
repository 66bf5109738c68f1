import Testing

@testable import GatehouseWire

@Suite struct NormalizedURITests {
    @Test(arguments: [
        ("/", "/", ""), ("/a/b?c=d", "/a/b", "c=d"), ("/a?", "/a", ""), ("/a?b?c", "/a", "b?c"), ("/foo/bar/.?args", "/foo/bar/", "args"),
        ("/foo/bar/.#frag", "/foo/bar/", ""), ("/foo/bar/..?args", "/foo/", "args"), ("/foo/bar/..#frag", "/foo/", ""),
        ("/foo/bar/.", "/foo/bar/", ""),
        ("/foo/bar/..", "/foo/", ""), ("?args#frag", "/", "args"), ("?args", "/", "args"), ("/a//b///c", "/a/b/c", ""), ("//", "/", ""),
        ("/%02", "/\u{2}", ""), ("/%61%2Fb", "/a/b", ""), ("/a%2f%2fb", "/a/b", ""), ("/%2e%2E/x", "", ""), ("/a/%2e%2E/x", "/x", ""),
        ("/a%3fb?c", "/a?b", "c"),
        ("/a%23b", "/a#b", ""), ("/a%2541", "/a%41", ""), ("/a/.b/..c/d.", "/a/.b/..c/d.", ""), ("/a/...", "/a/...", ""),
        ("/a/./b/../c", "/a/c", ""),
        ("/a+b", "/a+b", ""), ("/a?x%", "/a", "x%"), ("/a?x=../..", "/a", "x=../.."), ("/a/b/../../", "/", ""), ("/a#b?c", "/a", ""),
        ("", "/", ""),
    ])
    func `a target is normalized as nginx does it`(_ target: String, _ path: String, _ args: String) {
        let uri = NormalizedURI(Array(target.utf8))
        guard !path.isEmpty else {
            #expect(uri == nil)
            return
        }
        #expect(uri.map { String(decoding: $0.path, as: UTF8.self) } == path)
        #expect(uri.map { String(decoding: $0.args, as: UTF8.self) } == args)
    }

    @Test(arguments: ["/%", "/a%1", "/a%zz", "/%00", "/a%00b", "/..", "/../a", "/a/../..", "/a/../../b", "/%2e%2e", "/a/..%2f.."])
    func `a broken target is refused`(_ target: String) {
        #expect(NormalizedURI(Array(target.utf8)) == nil)
    }

    @Test(arguments: [("/foo//../bar", "/foo/bar"), ("/foo///../bar", "/foo//bar"), ("//a//", "//a//"), ("/./a//./b", "/a//b")])
    func `slashes stay where merging is off`(_ target: String, _ path: String) {
        #expect(NormalizedURI(Array(target.utf8), mergesSlashes: false).map { String(decoding: $0.path, as: UTF8.self) } == path)
    }

    @Test func `one value is used for target after target`() {
        var uri = NormalizedURI()
        let first = uri.parse(Array("/a%20b/../c+?x".utf8))
        #expect(first && uri.isQuoted && uri.isComplex && uri.hasArgs && uri.hasPlus)
        let second = uri.parse(Array("/d".utf8))
        #expect(
            second && uri.path == Array("/d".utf8) && uri.args.isEmpty && !uri.hasArgs && !uri.isQuoted && !uri.isComplex && !uri.hasPlus)
    }

    @Test(arguments: [
        (URIEscaping.Kind.uri, "/a b%?#&+;=é", "/a%20b%25%3F%23&+;=%C3%A9"), (.args, "a b%?#&+;=", "a%20b%25%3F%23%26%2B%3B="),
        (.component, "/a-._~'*", "%2Fa-._~%27%2A"), (.refresh, "/a b\"'%?#", "/a%20b%22%27%?#"), (.html, "a'b%", "a%27b%25"),
        (.uri, "/plain", "/plain"),
    ])
    func `bytes are escaped by kind`(_ kind: URIEscaping.Kind, _ text: String, _ escaped: String) {
        #expect(String(decoding: URIEscaping.escape(Array(text.utf8), kind), as: UTF8.self) == escaped)
    }

    @Test(arguments: [("a%20b", "a b"), ("%41%6a", "Aj"), ("a%", "a"), ("a%4", "a"), ("a%zb", "azb"), ("a%4zb", "ab"), ("+", "+")])
    func `escapes are undone`(_ text: String, _ plain: String) {
        #expect(String(decoding: URIEscaping.unescape(Array(text.utf8)), as: UTF8.self) == plain)
    }
}
