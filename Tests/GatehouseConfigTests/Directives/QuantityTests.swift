import GatehouseConfig
import Testing

@Suite struct QuantityTests {
    @Test(arguments: [
        ("0", 0), ("10", 10000), ("10s", 10000), ("500ms", 500), ("1m", 60000), ("1h 30m", 5_400_000), ("1h30m", 5_400_000),
        ("1d", 86_400_000), ("1w", 604_800_000), ("1M", 2_592_000_000), ("1y", 31_536_000_000), ("1m 5", 65000), ("1s 5ms", 1005),
    ])
    func `a time is read with its units`(text: String, milliseconds: Int) {
        #expect(Quantity.duration(Array(text.utf8)) == .milliseconds(milliseconds))
    }

    @Test(arguments: ["", "x", "5x", "30m 1h", "1h 1h", "-1", "1.5s", "ms", "99999999999999999999y"])
    func `what is no time is refused`(text: String) {
        #expect(Quantity.duration(Array(text.utf8)) == nil)
    }

    @Test func `milliseconds are refused where seconds are counted`() {
        #expect(Quantity.duration(Array("500ms".utf8), wholeSeconds: true) == nil)
    }

    @Test(arguments: [("0", 0), ("1k", 1024), ("1K", 1024), ("8m", 8 << 20)])
    func `a size is read with its unit`(text: String, bytes: Int) {
        #expect(Quantity.size(Array(text.utf8), allowsGiga: false) == bytes)
    }

    @Test(arguments: ["", "k", "1g", "-1", "1kk", "1.5m", "99999999999999999999"])
    func `what is no size is refused`(text: String) {
        #expect(Quantity.size(Array(text.utf8), allowsGiga: false) == nil)
    }

    @Test func `gigabytes are for files and bodies`() {
        #expect(Quantity.size(Array("2g".utf8), allowsGiga: true) == 2 << 30)
    }
}
