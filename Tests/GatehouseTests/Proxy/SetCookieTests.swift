import Testing

@testable import Gatehouse

@Suite struct SetCookieTests {
    @Test func `a cookie that nothing applies to is left as it came`() {
        #expect(!SetCookie(Array("a=b;  Path=/;secure".utf8)[...]).isChanged)
    }

    @Test(arguments: [
        ("secure", "a=b; Path=/; Secure"), ("samesite=lax", "a=b; Path=/; SameSite=Lax"), ("nosecure", "a=b; Path=/"),
        ("what", "a=b; Path=/"),
    ])
    func `a flag is added once, or taken away`(flag: String, result: String) {
        var cookie = SetCookie(Array("a=b;Path=/".utf8)[...])
        cookie.apply(flag: flag)
        cookie.apply(flag: flag)
        #expect(String(decoding: cookie.bytes, as: UTF8.self) == result)
    }

    @Test func `an attribute's value is replaced in its place`() throws {
        var cookie = SetCookie(Array("a=b; Domain=x.org; Path=/".utf8)[...])
        cookie.setValue(Array("y.org".utf8), at: try #require(cookie.index(of: "domain")))
        #expect(String(decoding: cookie.bytes, as: UTF8.self) == "a=b; Domain=y.org; Path=/")
    }
}
