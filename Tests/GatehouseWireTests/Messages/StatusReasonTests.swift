import Testing

@testable import GatehouseWire

@Suite struct StatusReasonTests {
    @Test(
        arguments: [
            (200, "OK", nil), (302, "Moved Temporarily", "302 Found"), (404, "Not Found", "404 Not Found"),
            (401, "Unauthorized", "401 Authorization Required"),
            (494, "Bad Request", "400 Request Header Or Cookie Too Large"),
            (503, "Service Temporarily Unavailable", "503 Service Temporarily Unavailable"),
            (418, "", nil), (599, "", nil), (204, "No Content", nil),
        ] as [(Int, String, String?)])
    func `statuses have nginx's words`(_ status: Int, _ phrase: String, _ title: String?) {
        #expect(StatusReason.phrase(status) == phrase)
        #expect(StatusReason.pageTitle(status) == title)
    }

    @Test func `nginx's own statuses go out as ordinary ones`() {
        #expect(StatusReason.sent(494) == 400 && StatusReason.sent(497) == 400 && StatusReason.sent(404) == 404)
        #expect(StatusReason.isSpecial(444) && StatusReason.isSpecial(499) && !StatusReason.isSpecial(404))
    }

    @Test func `methods are told apart by their bytes`() {
        let known: [HTTPMethod] = [
            .get, .head, .post, .put, .delete, .connect, .options, .trace, .patch, .propfind, .proppatch, .mkcol, .copy, .move, .lock,
            .unlock,
        ]
        for method in known { #expect(HTTPMethod(method.name) == method && HTTPMethod(method.bytes) == method) }
        #expect(HTTPMethod("GETX") == .other(Array("GETX".utf8)) && HTTPMethod("get") != .get)
        #expect(HTTPMethod.put.isIdempotent && !HTTPMethod.post.isIdempotent && HTTPMethod.head.isSafe && !HTTPMethod.delete.isSafe)
    }
}
