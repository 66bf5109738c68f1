import Testing

@testable import GatehousePolicy

struct FaultyBrowserTests {
    @Test(arguments: [
        ("MSIE 5.0", FaultyBrowser.msie6), ("Mozilla/4.0 (compatible; MSIE 6.0; Windows 98)", .msie6),
        ("Mac OS X Safari/7534.48.3", .safari),
    ])
    func `a browser that loses requests is recognized`(userAgent: String, browser: FaultyBrowser) {
        #expect(FaultyBrowser(userAgent: Array(userAgent.utf8)) == browser)
    }

    @Test(arguments: [
        "", "MSIE", "MSIE 7.0", "MSIE 10.0; Mac OS X Safari/1", "MSIE 6.0; Windows NT 5.1; SV1", "MSIE 5.0 Opera", "Safari/1 (Windows)",
        "Mac OS X (KHTML, like Gecko) Chrome/90 Safari/537", "Mac OS X Gecko/1 Safari/1", "Mac OS X Opera Safari/1",
    ])
    func `any other browser is sound`(userAgent: String) {
        #expect(FaultyBrowser(userAgent: Array(userAgent.utf8)) == nil)
    }
}
