import GatehouseConfig
import Testing

@Suite struct MirrorDirectivesTests {
    private func targets(_ directives: String, server: String = "") throws -> [String] {
        try location(directives, server: server).mirror.targets.elements.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func `several mirrors stand in one block, and replace those of the block around it`() throws {
        #expect(try targets("mirror /a; mirror /b;", server: "mirror /c;") == ["/a", "/b"])
        #expect(try targets("", server: "mirror /c;") == ["/c"])
        #expect(try targets("mirror off;", server: "mirror /c;") == [])
    }

    @Test(arguments: ["mirror off; mirror /a;", "mirror /a; mirror off;", "mirror off; mirror off;"])
    func `off stands alone`(directives: String) {
        #expect(errorsInLocation(directives) == [#""mirror" directive is duplicate"#])
    }

    @Test func `the body is mirrored unless that is off, and the limit is a number`() throws {
        #expect(try location("").mirror.takesBody && location("").mirror.limit == 512)
        let settings = try location("mirror_limit 3;", server: "mirror_request_body off;").mirror
        #expect(!settings.takesBody && settings.limit == 3)
        #expect(errorsInLocation("mirror_limit some;").count == 1 && errorsInLocation("mirror_request_body maybe;").count == 1)
    }

    @Test func `a mirror does not stand in an if block, as in nginx`() {
        #expect(errorsInLocation("if ($uri) { mirror /a; }").count == 1)
    }
}
