import GatehousePolicy
import Testing

@Suite struct CanaryShareTests {
    @Test(arguments: [
        ("5%", 500), ("0%", 0), ("100%", 10000), ("0.25%", 25), ("0.5%", 50), ("12.50%", 1250), ("99.99%", 9999), ("100.01%", nil),
        ("101%", nil), ("-1%", nil), ("5", nil), ("%", nil), (".5%", nil), ("5.%", nil), ("5.125%", nil), ("5 %", nil), ("", nil),
        ("1e1%", nil),
        ("99999999999999999999%", nil),
    ])
    func `a share is a percentage of at most the whole`(text: String, hundredths: Int?) {
        #expect(CanaryShare(text)?.hundredths == hundredths)
    }

    @Test(arguments: [(500, "5%"), (25, "0.25%"), (50, "0.5%"), (10000, "100%"), (0, "0%"), (1205, "12.05%")])
    func `a share is written as it is read`(hundredths: Int, text: String) {
        #expect(CanaryShare(clamping: hundredths).description == text)
        #expect(CanaryShare(text)?.hundredths == hundredths)
    }

    @Test func `nobody is in at 0 and everybody at 100 percent`() {
        for value in [0, 1, 1 << 31, UInt32.max] {
            #expect(!CanaryShare.none.contains(CanaryPlace(value: value)))
            #expect(CanaryShare.all.contains(CanaryPlace(value: value)))
        }
    }

    @Test func `of 100,000 users the share is in within half a point`() {
        let canary = Array("checkout".utf8)
        var key: [UInt8] = Array("user".utf8) + [0, 0, 0]
        let places = (0..<100_000).map { number in
            for place in 0..<3 { key[4 + place] = UInt8(truncatingIfNeeded: number >> (8 * place)) }
            return CanaryPlace(of: key.span, in: canary)
        }
        for hundredths in [1, 500, 2000, 5000, 9950] {
            let inside = places.count { CanaryShare(clamping: hundredths).contains($0) }
            #expect(abs(inside - hundredths * 10) < 500)
        }
    }

    @Test func `a share that grows keeps everybody who was in`() {
        var before: Set<Int> = []
        for hundredths in [1, 100, 500, 2000, 5000, 9900, 10000] {
            let share = CanaryShare(clamping: hundredths)
            let inside = Set((0..<2000).filter { share.contains(place("user\($0)", "checkout")) })
            #expect(before.isSubset(of: inside))
            before = inside
        }
        #expect(before.count == 2000)
    }

    @Test func `each canary draws its users anew`() {
        let share = CanaryShare(clamping: 5000)
        let both = (0..<2000).count { share.contains(place("user\($0)", "a")) && share.contains(place("user\($0)", "b")) }
        #expect((430...570).contains(both))
    }

    @Test(arguments: [0, 1, 0xdead_beef, UInt32.max])
    func `a place survives in a cookie`(value: UInt32) {
        #expect(CanaryPlace(CanaryPlace(value: value).bytes)?.value == value)
    }

    @Test(arguments: ["", "1234567", "123456789", "DEADBEEF", "0000000g", "-0000001", "canary"])
    func `what is no place is not taken for one`(text: String) {
        #expect(CanaryPlace(Array(text.utf8)) == nil)
    }

    @Test func `the excluded never get in, and testers where they wish`() {
        let inside = CanaryPlace(value: 0)
        let choice = { (share: Int, isExcluded: Bool, wish: CanaryVariant?) in
            CanaryChoice(share: CanaryShare(clamping: share), place: inside, isExcluded: isExcluded, wish: wish)
        }
        #expect(choice(500, false, nil) == CanaryChoice(share: .all, place: inside))
        #expect(choice(500, true, nil).variant == .baseline)
        #expect(choice(10000, true, .canary).variant == .baseline)
        #expect(choice(0, false, .canary).variant == .canary)
        #expect(choice(10000, false, .baseline).variant == .baseline)
        #expect(choice(500, false, nil).isJudged)
        #expect(!choice(500, true, nil).isJudged && !choice(500, false, .canary).isJudged)
    }

    private func place(_ key: String, _ canary: String) -> CanaryPlace {
        CanaryPlace(of: Array(key.utf8).span, in: Array(canary.utf8))
    }
}
