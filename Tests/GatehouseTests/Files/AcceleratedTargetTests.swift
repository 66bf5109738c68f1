import Testing

@testable import Gatehouse

@Suite struct AcceleratedTargetTests {
    @Test(arguments: ["..", "../a", "/a/..", "/a/.%2e", "/a/%2e%2e/b", "", "?x", "/a%00"])
    func `a path that climbs or is none is refused`(value: String) {
        #expect(AcceleratedTarget(Array(value.utf8)) == nil)
    }

    @Test(arguments: [
        ("/a%20b?c=d", "/a b", "c=d"), ("/a..b/...", "/a..b/...", ""), ("/a?../b", "/a", "../b"), ("a", "a", ""),
    ])
    func `a path is unescaped and its arguments are not`(value: String, path: String, arguments: String) {
        #expect(AcceleratedTarget(Array(value.utf8)) == .uri(path: Array(path.utf8), arguments: Array(arguments.utf8)))
    }

    @Test func `an at sign names a location`() {
        #expect(AcceleratedTarget(Array("@a/../b".utf8)) == .named("@a/../b"))
    }
}
