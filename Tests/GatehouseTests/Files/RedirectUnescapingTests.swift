import Testing

@testable import Gatehouse

@Suite struct RedirectUnescapingTests {
    @Test(arguments: [
        ("http%3A%2F%2Fa%2fb", "http://a/b"), ("/a%0D%0AX: y", "/a%0D%0AX: y"), ("/%20%7F%25%FF", "/%20%7F%25%FF"),
        ("/a%3Fb=%2F", "/a?b=%2F"), ("/a?b=%2F", "/a?b=%2F"), ("/%", "/%"), ("/%4", "/%4"), ("/%zz%41", "/%zzA"), ("", ""),
    ])
    func `printable characters of the path are taken back, and nothing that could split a head`(target: String, expected: String) {
        #expect(RedirectUnescaping.apply(to: Array(target.utf8)) == Array(expected.utf8))
    }
}
