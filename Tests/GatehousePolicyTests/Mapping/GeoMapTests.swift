import GatehousePolicy
import GatehouseWire
import Testing

@Suite struct GeoMapTests {
    static let blocks: GeoMap = {
        var map = GeoMap(default: 0)
        let all = ["10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "2001:db8::/32", "2001:db8:1::/48", "255.255.255.255", "192.168.0.0/16"]
        for (place, text) in all.enumerated() { _ = map.add(block(text), value: place + 1) }
        _ = map.remove(block("192.168.0.0/16"))
        return map
    }()

    @Test(arguments: [
        ("10.9.9.9", 1), ("10.1.9.9", 2), ("10.1.2.3", 3), ("10.1.2.4", 2), ("11.0.0.0", 0), ("2001:db8:2::1", 4),
        ("2001:db8:1::1", 5), ("2001:db9::", 0), ("::ffff:10.1.2.3", 3), ("192.168.1.1", 0), ("unix", 6),
    ])
    func `the longest block decides`(client: String, expected: Int) {
        #expect(Self.blocks.value(for: IPAddress(client)) == expected)
    }

    @Test func `a block twice is told and the later holds`() {
        var map = GeoMap()
        let first = map.add(block("10.0.0.0/8"), value: 1)
        let second = map.add(block("10.0.0.0/8"), value: 2)
        #expect(first == .added)
        #expect(second == .replaced(old: 1))
        #expect(map.value(for: IPAddress("10.0.0.1")) == 2)
        #expect(map.value(for: IPAddress("11.0.0.1")) == nil)
    }

    @Test func `ranges lie inside one another and do not cross`() {
        var map = GeoMap(default: 0)
        let results = [
            map.add(from: 0x0a00_0000, through: 0x0a02_ffff, value: 1),
            map.add(from: 0x0a00_fff0, through: 0x0a01_000f, value: 2),
            map.add(from: 0x0a00_0000, through: 0x0a00_000f, value: 3),
            map.add(from: 0x0a02_fff0, through: 0x0a02_ffff, value: 4),
            map.add(from: 0x0a00_0000, through: 0x0a00_000f, value: 5),
            map.add(from: 0x0a00_0008, through: 0x0a00_001f, value: 6),
            map.add(from: 0xffff_ff00, through: 0xffff_ffff, value: 7),
        ]
        #expect(
            results == [
                .added, .added, .added, .added, .replaced(old: 3), .overlaps(first: .v4(0x0a00_0000), last: .v4(0x0a00_000f)), .added,
            ])
        let wanted: [(UInt32, Int)] = [
            (0x0a00_0000, 5), (0x0a00_000f, 5), (0x0a00_0010, 1), (0x0a00_ffef, 1), (0x0a00_fff0, 2), (0x0a01_000f, 2),
            (0x0a01_0010, 1), (0x0a02_ffef, 1), (0x0a02_fff0, 4), (0x0a03_0000, 0), (0x09ff_ffff, 0),
        ]
        for (address, value) in wanted { #expect(map.value(for: .v4(address)) == value) }
        #expect(map.value(for: nil) == 7)
        #expect(map.value(for: IPAddress("2001:db8::1")) == 7)
    }

    @Test func `a range is removed where it is whole`() {
        var map = GeoMap(default: 0)
        _ = map.add(from: 100, through: 200_000, value: 1)
        let partly = map.remove(from: 100, through: 300)
        let wholly = map.remove(from: 100, through: 200_000)
        #expect(!partly)
        #expect(wholly)
        #expect(map.value(for: .v4(70_000)) == 0)
    }

    @Test func `every one of many ranges in one block is found, and no address between them`() {
        var map = GeoMap()
        // Every other address, added from the middle outwards, so that none comes in order.
        let addresses = (0..<4096).map { UInt32($0) * 2 }.sorted { abs(Int($0) - 4096) < abs(Int($1) - 4096) }
        for address in addresses { #expect(map.add(from: address, through: address, value: Int(address)) == .added) }
        #expect(addresses.allSatisfy { map.value(for: .v4($0)) == Int($0) && map.value(for: .v4($0 + 1)) == nil })
        #expect(map.remove(from: 4096, through: 4096) && !map.remove(from: 4097, through: 4097))
        #expect(map.value(for: .v4(4096)) == nil)
    }
}
