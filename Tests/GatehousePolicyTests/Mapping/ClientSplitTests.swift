import GatehousePolicy
import GatehouseWire
import Testing

@Suite struct ClientSplitTests {
    @Test func `clients fall where nginx puts them`() {
        let parts = ["10%", "0.5%", "33.33%", "*"].compactMap { ClientSplit.Part($0) }
        let split = ClientSplit(parts)
        let letters = (0..<60).map { split?.part(for: Array("key\($0)".utf8).span).map { "abcd".dropFirst($0).prefix(1) } ?? "-" }
        #expect(letters.joined() == "ddadddadddddddccadcddcccddcdcdcdadcdcddccdddccdddccdcdddccda")
    }

    @Test(
        arguments: [
            ("*", .rest), ("1%", .hundredths(100)), ("0.5%", .hundredths(50)), ("33.33%", .hundredths(3333)), ("100%", .hundredths(10000)),
            ("1.5%", .hundredths(150)), ("0%", nil), ("1", nil), ("%", nil), ("1.234%", nil), ("-1%", nil), ("a%", nil), ("", nil),
        ] as [(String, ClientSplit.Part?)])
    func `percents are read as nginx reads them`(text: String, expected: ClientSplit.Part?) {
        #expect(ClientSplit.Part(text) == expected)
    }

    @Test func `more than the whole is refused and less leaves room`() {
        #expect(ClientSplit([.hundredths(6000), .hundredths(4001)]) == nil)
        #expect(ClientSplit([.rest, .hundredths(1)]) == nil)
        let half = ClientSplit([.hundredths(5000)])
        let count = (0..<10_000).count { half?.part(for: Array("client \($0)".utf8).span) == nil }
        #expect(abs(count - 5000) < 200)
    }

    @Test func `five hundredths of a percent and all of it`() {
        #expect(ClientSplit([.hundredths(10000)])?.part(for: Array("any".utf8).span) == 0)
    }
}
