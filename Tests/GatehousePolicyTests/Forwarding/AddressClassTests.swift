import GatehousePolicy
import GatehouseWire
import Testing

@Suite struct AddressClassTests {
    /// The table of Documentation/ForwardProxy.md.
    @Test(arguments: [
        ("93.184.216.34", AddressClass.global), ("1.1.1.1", .global), ("126.255.255.255", .global), ("172.32.0.1", .global),
        ("100.128.0.1", .global), ("192.0.1.1", .global), ("223.255.255.255", .global),
        ("2606:4700::1111", .global), ("2a00:1450::1", .global), ("2001:4860:4860::8888", .global), ("64:ff9b::1.1.1.1", .global),
        ("2002:101:101::1", .global),
        ("0.0.0.0", .unspecified), ("0.1.2.3", .unspecified), ("::", .unspecified), ("::ffff:0.0.0.0", .unspecified),
        ("127.0.0.1", .loopback), ("127.255.255.254", .loopback), ("::1", .loopback), ("::ffff:127.0.0.1", .loopback),
        ("::127.0.0.1", .loopback), ("::ffff:0:127.0.0.1", .loopback), ("64:ff9b::7f00:1", .loopback), ("2002:7f00:1::", .loopback),
        ("10.0.0.1", .private), ("172.16.0.1", .private), ("172.31.255.255", .private), ("192.168.1.1", .private),
        ("::ffff:10.1.2.3", .private), ("64:ff9b::c0a8:101", .private), ("2002:c0a8:101::1", .private),
        ("64:ff9b:1::a00:1", .private), ("fc00::1", .private), ("fd12:3456::1", .private), ("fec0::1", .private),
        ("2606:4700::5efe:10.0.0.1", .private), ("2606:4700::200:5efe:192.168.0.1", .private), ("2002:101:101::5efe:10.0.0.1", .private),
        ("169.254.1.1", .linkLocal), ("fe80::1", .linkLocal), ("febf::1", .linkLocal), ("::ffff:169.254.1.1", .linkLocal),
        ("169.254.169.254", .metadata), ("::ffff:169.254.169.254", .metadata), ("64:ff9b::a9fe:a9fe", .metadata),
        ("fd00:ec2::254", .metadata), ("169.254.170.2", .metadata), ("100.100.100.200", .metadata), ("168.63.129.16", .metadata),
        ("100.64.0.1", .shared), ("100.127.255.255", .shared),
        ("224.0.0.1", .multicast), ("239.255.255.255", .multicast), ("ff02::1", .multicast), ("255.255.255.255", .broadcast),
        ("240.0.0.1", .reserved), ("192.0.0.1", .reserved), ("192.0.2.1", .reserved), ("198.18.0.1", .reserved),
        ("198.51.100.1", .reserved), ("203.0.113.1", .reserved), ("192.88.99.1", .reserved), ("2001:db8::1", .reserved),
        ("2001::1", .reserved), ("2001:0:4136:e378:8000:63bf:3fff:fdd2", .reserved), ("2001:2::1", .reserved), ("3fff::1", .reserved),
        ("100::1", .reserved), ("5f00::1", .reserved), ("4000::1", .reserved), ("::1:0:0:0", .reserved),
    ])
    func `an address is of one kind`(text: String, expected: AddressClass) throws {
        #expect(AddressClass(try #require(IPAddress(text))) == expected)
    }
}

@Suite struct DestinationGuardTests {
    private static func addresses(_ texts: String...) -> [IPAddress] { texts.compactMap { IPAddress($0) } }

    @Test func `each address of a name is judged on its own`() {
        let judged = DestinationGuard().judge(Self.addresses("1.1.1.1", "10.0.0.1", "2606:4700::1111", "::1"))
        #expect(judged.allowed == Self.addresses("1.1.1.1", "2606:4700::1111"))
        #expect(judged.refused == Self.addresses("10.0.0.1", "::1"))
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.1.2.3", true), ("10.0.0.0/8", "::ffff:10.1.2.3", true), ("10.0.0.0/8", "192.168.0.1", false),
        ("10.0.0.0/8", "64:ff9b::a01:203", false), ("fd00::/8", "fd12::1", true), ("169.254.0.0/16", "169.254.1.1", true),
        ("169.254.0.0/16", "169.254.169.254", false), ("0.0.0.0/0", "169.254.169.254", false),
        ("169.254.169.254", "169.254.169.254", true), ("127.0.0.1", "127.0.0.1", true), ("127.0.0.1", "127.0.0.2", false),
    ])
    func `what is opened may be connected to, metadata only by its own address`(opened: String, address: String, expected: Bool) throws {
        let rules = DestinationGuard(opened: [try #require(CIDR(opened))])
        #expect(rules.allows(try #require(IPAddress(address))) == expected)
    }

    @Test func `switched off it allows everything`() {
        #expect(DestinationGuard(isOn: false).allows(.v4(0x7f00_0001)))
    }
}
