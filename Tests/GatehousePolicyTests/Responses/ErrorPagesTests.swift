import GatehousePolicy
import GatehouseWire
import Testing

@Suite struct ErrorPagesTests {
    @Test func `the first page for a status stays`() {
        var pages = ErrorPages()
        pages.add(.init(target: .path(1)), for: [404, 500])
        pages.add(.init(target: .named("@x"), status: .replaced(200)), for: [500, 502])
        #expect(pages.page(for: 500)?.target == .path(1))
        #expect(pages.page(for: 502)?.status == .replaced(200))
        #expect(pages.page(for: 403) == nil)
    }

    @Test(arguments: [(ErrorPages.Status.kept, 302), (.replaced(301), 301), (.replaced(200), 302), (.ofPage, 302)])
    func `a page elsewhere is a redirect`(status: ErrorPages.Status, expected: Int) {
        #expect(ErrorPages.Page(target: .url(0), status: status).redirectStatus == expected)
    }
}
