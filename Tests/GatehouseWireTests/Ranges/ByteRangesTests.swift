import Testing

@testable import GatehouseWire

@Suite struct ByteRangesTests {
    @Test(
        arguments: [
            ("bytes=0-8", [0..<9]), ("bytes=-10", [990..<1000]), ("bytes=990-", [990..<1000]), ("bytes=0-5000", [0..<1000]),
            ("bytes=-5000", [0..<1000]),
            ("BYTES= 1 - 2 , 5 - ,x", nil), ("bytes=0-0,-1", [0..<1, 999..<1000]), ("bytes=5-4,0-1", [0..<2]), ("bytes=1000-,0-1", [0..<2]),
        ] as [(String, [Range<Int>]?)])
    func `ranges are cut to the body`(_ value: String, _ ranges: [Range<Int>]?) {
        let expected = ranges.map { ByteRanges.satisfiable($0) } ?? .unsatisfiable
        #expect(ByteRanges.parse(Array(value.utf8), length: 1000) == expected)
    }

    @Test(arguments: [
        "bytes=1000-", "bytes=2000-3000", "bytes=a-b", "bytes=5-4", "bytes=-", "bytes=1", "bytes=1-x", "bytes=99999999999999999999-",
        "bytes=0-1,,", "bytes=-0",
    ])
    func `what cannot be had is refused`(_ value: String) {
        #expect(ByteRanges.parse(Array(value.utf8), length: 1000) == .unsatisfiable)
    }

    @Test func `what makes no sense is ignored`() {
        #expect(ByteRanges.parse(Array("items=0-1".utf8), length: 1000) == .ignored)
        #expect(ByteRanges.parse(Array("bytes=".utf8), length: 1000) == .ignored)
        #expect(ByteRanges.parse(Array("bytes=0-999,0-1".utf8), length: 1000) == .ignored)
        #expect(ByteRanges.parse(Array("bytes=0-1,3-4".utf8), length: 1000, limit: 1) == .ignored)
        #expect(ByteRanges.parse(Array("bytes=0-1".utf8), length: 1000, limit: 0) == .ignored)
        #expect(ByteRanges.parse(Array("bytes=0-".utf8), length: 0) == .ignored)
        let many = "bytes=" + (0..<40).map { "\($0)-\($0)" }.joined(separator: ",")
        #expect(ByteRanges.parse(Array(many.utf8), length: 1000) == .ignored)
    }

    @Test func `parts say which range they hold`() {
        #expect(ByteRanges.contentRange(0..<9, length: 100) == Array("bytes 0-8/100".utf8))
        #expect(ByteRanges.unsatisfiedContentRange(length: 5) == Array("bytes */5".utf8))
        let head = ByteRanges.partHead(boundary: Array("B".utf8), contentType: Array("text/plain".utf8), range: 0..<1, length: 9)
        #expect(String(decoding: head, as: UTF8.self) == "\r\n--B\r\nContent-Type: text/plain\r\nContent-Range: bytes 0-0/9\r\n\r\n")
        #expect(ByteRanges.closing(boundary: Array("B".utf8)) == Array("\r\n--B--\r\n".utf8))
    }
}
