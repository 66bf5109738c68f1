import GatehousePattern
import GatehousePolicy
import GatehouseWire
import Testing

private func head(_ status: Int, _ fields: (String, String)...) -> ResponseHead {
    var head = ResponseHead()
    head.status = status
    for (name, value) in fields { head.fields.append(name: Array(name.utf8), value: Array(value.utf8)) }
    return head
}

private func pattern(_ text: String) -> Pattern {
    guard let pattern = try? Pattern(text) else { preconditionFailure("a test's own pattern is wrong: \(text)") }
    return pattern
}

private func header(_ name: String, _ condition: ResponseMatch.Condition, isNegated: Bool = false) -> ResponseMatch.HeaderTest {
    ResponseMatch.HeaderTest(name: Array(name.utf8), condition, isNegated: isNegated)
}

@Suite struct ResponseMatchTests {
    @Test(arguments: [
        (StatusSet([200...200]), [200], [199, 201, 500]),
        (StatusSet([200...200, 204...204]), [200, 204], [201]),
        (StatusSet([500...500], isNegated: true), [200, 499, 501], [500]),
        (StatusSet([301...303, 307...307]), [301, 302, 303, 307], [304, 308]),
        (StatusSet([400...599], isNegated: true), [399, 600], [400, 599]),
    ])
    func `a status is in the set or not`(set: StatusSet, inside: [Int], outside: [Int]) {
        #expect(inside.allSatisfy(set.contains))
        #expect(!outside.contains(where: set.contains))
    }

    @Test(arguments: [(199, false), (200, true), (399, true), (400, false), (503, false)])
    func `without a match block 2xx and 3xx pass`(status: Int, passes: Bool) {
        #expect((ResponseMatch.standard.mismatch(head: head(status)) == nil) == passes)
    }

    @Test(arguments: [
        (header("Server", .isPresent), true),
        (header("X-Nothing", .isPresent), false),
        (header("Refresh", .isPresent, isNegated: true), true),
        (header("server", .isPresent, isNegated: true), false),
        (header("Content-Type", .equals(Array("text/html".utf8))), true),
        (header("Content-Type", .equals(Array("text".utf8))), false),
        (header("Content-Type", .equals(Array("text/plain".utf8)), isNegated: true), true),
        (header("Content-Type", .equals(Array("text/html".utf8)), isNegated: true), false),
        (header("X-Nothing", .equals(Array("a".utf8)), isNegated: true), false),
        (header("Connection", .matches(pattern("clo.e"))), true),
        (header("Connection", .matches(pattern("keep"))), false),
        (header("Connection", .matches(pattern("keep")), isNegated: true), true),
        (header("Connection", .matches(pattern("close")), isNegated: true), false),
        (header("Set-Cookie", .matches(pattern("^b="))), true),
    ])
    func `a header test looks at all fields of that name`(test: ResponseMatch.HeaderTest, holds: Bool) {
        let response = head(
            200, ("Server", "s"), ("Content-Type", "text/html"), ("Connection", "close"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"))
        #expect((ResponseMatch(headers: [test]).mismatch(head: response) == nil) == holds)
    }

    @Test func `all tests have to hold and the first that does not is the reason`() {
        let match = ResponseMatch(
            statuses: [StatusSet([200...200])], headers: [header("Via", .isPresent)],
            bodies: [.init(pattern("Welcome")), .init(pattern("maintenance"), isNegated: true)])
        #expect(match.needsBody)
        #expect(match.mismatch(head: head(204, ("Via", "x"))) == "unexpected status 204")
        #expect(match.mismatch(head: head(200)) == "header \"via\" is missing")
        #expect(match.mismatch(head: head(200, ("Via", "x"))) == nil)
        #expect(match.mismatch(body: Array("Welcome!".utf8).span) == nil)
        #expect(match.mismatch(body: Array("Hello".utf8).span) == "the body does not match \"Welcome\"")
        #expect(match.mismatch(body: Array("Welcome to maintenance".utf8).span) == "the body matches \"maintenance\"")
    }
}
