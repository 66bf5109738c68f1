import GatehousePolicy
import Testing

@Suite struct UserFileTests {
    private static let file = UserFile(
        Array("# users\nann:{PLAIN}a\r\nbob:$1$x$y:a comment\n\n:nobody\nno colon\nann:second\nlast:end".utf8))

    @Test(arguments: [
        ("ann", "{PLAIN}a"), ("bob", "$1$x$y"), ("last", "end"), ("", "nobody"), ("no colon", nil), ("# users", nil), ("an", nil),
    ])
    func `a user's first line holds`(user: String, hash: String?) {
        #expect(Self.file.hash(of: Array(user.utf8)) == hash.map { Array($0.utf8) })
    }
}
