import GatehouseWire
import Testing

@testable import Gatehouse

@Suite struct UpstreamCookiesTests {
    @Test(arguments: [
        ("a=b", "b"), ("a=b; Path=/", "b"), ("A==c;", "=c"), ("a = b", "b"), ("a= ;", ""), ("a", nil), ("ab=c", nil), (" a=b", nil),
        ("x=1;a=b", nil),
    ])
    func `the value of a cookie an upstream sets`(field: String, value: String?) {
        var fields = HeaderFields()
        fields.append(.setCookie, Array(field.utf8))
        #expect(UpstreamCookies.value(of: Array("a".utf8), in: fields).map { String(decoding: $0, as: UTF8.self) } == value)
    }
}
