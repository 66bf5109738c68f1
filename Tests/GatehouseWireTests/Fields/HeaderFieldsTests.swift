import Testing

@testable import GatehouseWire

@Suite struct HeaderFieldsTests {
    private func fields(_ pairs: [(String, String)]) -> HeaderFields {
        var fields = HeaderFields()
        for (name, value) in pairs { fields.append(name: name, value: value) }
        return fields
    }

    @Test func `fields keep their order, their spelling and their values`() {
        let list = fields([("hOst", "a"), ("X-A", "1"), ("x-a", "2"), ("Via", "b"), ("Via", "c")])
        #expect(list.count == 5)
        #expect(list.valueBytes(.host) == Array("a".utf8))
        #expect(list.indices(named: Array("x-a".utf8)) == [1, 2])
        #expect(list.indices(variable: Array("x_a".utf8)) == [1, 2])
        #expect(list.indices(variable: Array("x-a".utf8)) == [1, 2])
        #expect(list.count(of: .via) == 2 && list.indices(of: .via) == [3, 4])
        #expect(list.joinedValues(.via) == Array("b, c".utf8))
        #expect(list.joinedValues(.date) == nil)
        let buffer = ByteBuffer()
        list.appendLine(of: 0, to: buffer)
        #expect(buffer.bytes() == Array("hOst: a\r\n".utf8))
    }

    @Test func `a known name that came twice is remembered as such`() {
        let list = fields([("Via", "1"), ("Host", "a"), ("via", "2")])
        #expect(list.mayRepeat(.via) && !list.mayRepeat(.host) && !list.mayRepeat(.date))
        #expect(list.count(of: .via) == 2 && list.count(of: .host) == 1 && list.count(of: .date) == 0)
    }

    /// However a line was written: where it could be taken as it is, and where it could not.
    @Test(arguments: [
        "A: 1\r\nB: 2\r\nC: 3\r\n",
        "A:1\r\nB: 2\r\nC: 3\r\n",
        "A: 1\nB: 2\r\nC: 3\r\n",
        "A: 1\r\nB:\t2 \r\nC: 3\n",
        "A: 1 \nB:  2\r\nC: 3 \r\n",
    ])
    func `lines are written in one form, as received and as copied, without those left out`(received: String) {
        let input = Array("HTTP/1.1 200 OK\r\n\(received)\r\n".utf8)
        var head = ResponseHead()
        var parser = ResponseHeadParser()
        #expect(parser.parse(input.span, into: &head) == .complete(consumed: input.count))
        var copies = HeaderFields()
        for i in 0..<head.fields.count { copies.append(at: i, of: head.fields) }
        for list in [head.fields, copies] {
            let all = ByteBuffer()
            list.appendLines(to: all)
            #expect(String(decoding: all.bytes(), as: UTF8.self) == "A: 1\r\nB: 2\r\nC: 3\r\n")
            let some = ByteBuffer()
            list.appendLines(to: some) { list.bytes[$0.name.lowerBound] == UInt8(ascii: "B") }
            #expect(String(decoding: some.bytes(), as: UTF8.self) == "A: 1\r\nC: 3\r\n")
        }
    }

    @Test func `removed fields are gone and the others stay`() {
        var list = fields([("Via", "1"), ("X", "2"), ("Via", "3"), ("Host", "4")])
        list.remove(.via)
        #expect(!list.contains(.via) && list.first(.via) == nil)
        #expect(list.valueBytes(.host) == Array("4".utf8) && list.count == 2)
        list.remove { $0 == 1 }
        #expect(!list.contains(.host) && list.count == 1)
        list.removeAll()
        #expect(list.isEmpty && list.bytes.isEmpty)
    }

    @Test(arguments: [
        ("close", true), ("Close", true), ("a,close", true), ("a , close , b", true), ("\"close\"", false), ("closed", false), ("", false),
        ("\"a,close", false),
    ])
    func `a token is found in a list`(_ value: String, _ isThere: Bool) {
        #expect(fields([("Connection", value)]).lists("close", in: .connection) == isThere)
    }

    @Test func `list elements are split outside of quotes`() {
        let elements = FieldList.elements(of: Array(" a ,, b\t,\"c,\\\"d\", e".utf8)).map { String(decoding: $0, as: UTF8.self) }
        #expect(elements == ["a", "b", "\"c,\\\"d\"", "e"])
    }

    @Test func `parameters are read without quotes`() {
        let list = ParameterList(Array("text/html; Charset=\"u\\\"8\" ;q=0.25; flag".utf8))
        #expect(list.value == Array("text/html".utf8))
        #expect(list["charset"] == Array("u\"8".utf8))
        #expect(list["flag"] == [])
        #expect(list.quality == 250)
    }

    @Test(arguments: [
        ("a", 1000), ("a;q=0", 0), ("a;q=1.000", 1000), ("a;q=0.1", 100), ("a;q=.5", 0), ("a;q=2", 0), ("a;q=0.1234", 0), ("a;q=", 0),
        ("a;q=0.x", 0),
    ])
    func `quality is in thousandths`(_ text: String, _ quality: Int) {
        #expect(ParameterList(Array(text.utf8)).quality == quality)
    }

    @Test(
        arguments: [
            ("a=1; b=2", "b", "2"), ("a=1;b=2", "B", "2"), ("b = 2 3", "b", "2 3"), ("ab=1; b=2", "b", "2"), ("b; b=2", "b", "2"),
            ("b=", "b", ""),
            ("b=\"x\"; c", "b", "\"x\""), ("a=b=c", "a", "b=c"), ("a=1", "b", nil), ("", "b", nil), ("; ;", "b", nil),
        ] as [(String, String, String?)])
    func `a cookie is found by its name`(_ header: String, _ name: String, _ value: String?) {
        let list = fields([("Cookie", "zz=0"), ("Cookie", header)])
        #expect(Cookies.value(of: Array(name.utf8), in: list) == value.map { Array($0.utf8) })
    }

    @Test func `attributes of Set-Cookie are taken apart`() {
        let attributes = Cookies.attributes(ofSetCookie: Array("id=a=b; Path=/ ;Secure; HttpOnly;".utf8))
        #expect(attributes.map { String(decoding: $0.name, as: UTF8.self) } == ["id", "Path", "Secure", "HttpOnly"])
        #expect(attributes[0].value == Array("a=b".utf8) && attributes[1].value == Array("/".utf8) && attributes[2].value == nil)
    }
}
