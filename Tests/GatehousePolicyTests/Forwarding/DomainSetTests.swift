import GatehousePolicy
import GatehouseWire
import Testing

@Suite struct DomainSetTests {
    private static let list = """
        # a hosts file
        127.0.0.1 localhost localhost.localdomain
        0.0.0.0 Tracker.example ads.example # both
        ::1 ip6-localhost
        0.0.0.0 0.0.0.0
        ! an Adblock list
        [Adblock Plus 2.0]
        ||banner.example^
        ||loud.example^$important
        @@||good.banner.example^
        ||path.example^$third-party
        ||odd.example/path^
        ; plain names
        plain.example\r
        .dotted.example
        *.starred.example
        address=/dns.example/second.example/0.0.0.0
        server=/upstream.example/
        noted.example   # why it is here
        not a domain
        space here.example
        """

    private static let set: (set: DomainSet, skipped: Int) = {
        var builder = DomainSetBuilder(key: 7)
        builder.add(list: Array(list.utf8))
        return (builder.build(), builder.skipped)
    }()

    private static func has(_ set: DomainSet, _ name: String) -> Bool { set.contains(Array(name.utf8).span) }

    @Test(arguments: [
        ("tracker.example", true), ("ads.example", true), ("www.tracker.example", false), ("localhost", false),
        ("banner.example", true), ("a.b.banner.example", true), ("xbanner.example", false), ("good.banner.example", false),
        ("www.good.banner.example", false), ("loud.example", true), ("path.example", false), ("odd.example", false),
        ("plain.example", true), ("www.plain.example", true), ("dotted.example", true), ("a.dotted.example", true),
        ("starred.example", true), ("a.starred.example", true), ("dns.example", true), ("a.second.example", true),
        ("upstream.example", true), ("noted.example", true), ("here", false), ("example", false), ("", false), ("0.0.0.0", false),
        ("here.example", false),
    ])
    func `every format of list is read`(name: String, isIn: Bool) {
        #expect(Self.has(Self.set.set, name) == isIn)
    }

    @Test func `lines that say more than a name are counted`() {
        #expect(Self.set.skipped == 4)
        #expect(Self.set.set.count == 12)
    }

    @Test func `a byte order mark and ends of lines of other systems are none of a name`() {
        var builder = DomainSetBuilder(key: 7)
        builder.add(list: [0xef, 0xbb, 0xbf] + Array("first.example\r\n0.0.0.0\tsecond.example\r\nlast.example".utf8))
        let set = builder.build()
        for name in ["first.example", "second.example", "last.example"] { #expect(Self.has(set, name)) }
        #expect(builder.skipped == 0)
    }

    @Test func `no list of bytes does harm`() {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<200 {
            var builder = DomainSetBuilder(key: random.next())
            let bytes = (0..<100).map { _ in Array("|^@=/.# \n\r!ab0\u{ff}".utf8).randomElement(using: &random) ?? 0 }
            builder.add(list: bytes)
            _ = builder.build().contains(bytes.span)  // no trap
        }
    }

    @Test func `what was added is found, and its like is not`() {
        var builder = DomainSetBuilder(key: 99)
        for number in 0..<20000 { builder.add(Array("host\(number).zone\(number % 7).example".utf8), number % 2 == 0 ? .exact : .below) }
        let set = builder.build()
        for number in stride(from: 0, to: 20000, by: 17) {
            let name = "host\(number).zone\(number % 7).example"
            #expect(Self.has(set, name))
            #expect(Self.has(set, "www.\(name)") == (number % 2 == 1))
            #expect(!Self.has(set, "host\(number).zone\(number % 7 + 1).example"))
        }
        #expect(set.memory <= 20000 * 13)
    }
}
