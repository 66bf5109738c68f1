import Testing

@testable import GatehouseTLS

@Suite struct PasswordHashTests {
    @Test(arguments: [
        "{PLAIN}password", "{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=", "{SSHA}yI6cZwQadOA1e+/f+T+H3eCQQhRzYWx0",
        "$apr1$salt$Xxd1irWT9ycqoYxGFn4cb.", "$1$salt$qJH7.N4xYta3aEG/dfqo/0",
        "$5$saltstring$/xLZM02xexARdfZ7W.ZIfcjZF3rIHoHAYFWbKB9P3n7", "$2y$05$abcdefghijklmnopqrstuu",
    ])
    func `each form of hash knows its password and no other`(hash: String) {
        // Of the schemes of crypt(3) the hash is made here, so that the test does not repeat a library's table.
        let hash = hash.hasPrefix("$2y") || hash.hasPrefix("$5$") ? Self.crypt("password", hash) : Array(hash.utf8)
        #expect(PasswordHash.verify(Array("password".utf8), against: hash) == .matches)
        for wrong in ["Password", "passwor", "password ", ""] {
            #expect(PasswordHash.verify(Array(wrong.utf8), against: hash) == .differs)
        }
    }

    @Test(arguments: ["", "$apr1$", "$1$", "*", "{SHA}", "{SHA}Zm9vCg==", "{SSHA}_____", "{PLAIN}", "x", "$9$nobody$knows"])
    func `a broken hash is nobody's password`(hash: String) {
        for word in ["password", "", "1"] {
            #expect(PasswordHash.verify(Array(word.utf8), against: Array(hash.utf8)) == .differs)
        }
    }

    @Test func `a password with a zero byte is not cut there`() {
        let hash = Self.crypt("pass", "$5$saltstring$")
        #expect(PasswordHash.verify(Array("pass\0word".utf8), against: hash) == .differs)
    }

    private static func crypt(_ password: String, _ setting: String) -> [UInt8] {
        PasswordHash.crypt(Array(password.utf8), Array(setting.utf8)) ?? []
    }
}
