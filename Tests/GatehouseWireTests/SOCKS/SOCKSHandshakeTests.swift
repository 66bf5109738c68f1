import GatehouseWire
import Testing

@Suite struct SOCKSHandshakeTests {
    /// What happens when the input comes in pieces that end at `cuts`.
    private static func run(_ input: [UInt8], cuts: [Int], asksPassword: Bool = false) -> [SOCKSHandshake.Result] {
        var handshake = SOCKSHandshake(asksPassword: asksPassword)
        var results: [SOCKSHandshake.Result] = []
        var start = 0
        for end in cuts + [input.count] {
            while true {
                let rest = Array(input[start..<end])
                let result = handshake.read(rest.span)
                if result == .needMore { break }
                results.append(result)
                switch result {
                case .reply(_, let consumed), .password(_, _, let consumed): start += consumed
                case .request, .refused, .needMore: return results
                }
            }
        }
        return results
    }

    private static func ascii(_ text: String) -> [UInt8] { Array(text.utf8) }

    private static let whole: [UInt8] = [5, 2, 0, 2] + [5, 1, 0, 3, 11] + ascii("Example.com") + [1, 0xbb]
    private static let withPassword: [UInt8] = [5, 1, 2] + [1, 4] + ascii("user") + [2] + ascii("pw") + [5, 1, 0, 1, 1, 2, 3, 4, 0, 80]

    @Test func `a name is asked for, cut at every byte`() {
        let expected: [SOCKSHandshake.Result] = [
            .reply([5, 0], consumed: 4), .request(SOCKSRequest(host: Self.ascii("example.com"), port: 443), consumed: 18),
        ]
        for first in 0...Self.whole.count {
            for second in first...Self.whole.count { #expect(Self.run(Self.whole, cuts: [first, second]) == expected) }
        }
    }

    @Test func `with user and password, cut at every byte`() {
        let expected: [SOCKSHandshake.Result] = [
            .reply([5, 2], consumed: 3), .password(user: Self.ascii("user"), password: Self.ascii("pw"), consumed: 9),
            .request(SOCKSRequest(host: Self.ascii("1.2.3.4"), port: 80), consumed: 10),
        ]
        for cut in 0...Self.withPassword.count { #expect(Self.run(Self.withPassword, cuts: [cut], asksPassword: true) == expected) }
    }

    @Test(arguments: [
        ([1, 127, 0, 0, 1], "127.0.0.1"), ([4] + [UInt8](repeating: 0, count: 15) + [1], "[::1]"), ([3, 3] + ascii("A.b"), "a.b"),
        ([3, 2] + ascii("a."), "a"), ([3, 3] + ascii("::1"), "[::1]"), ([3, 8] + ascii("10.0.0.1"), "10.0.0.1"),
    ])
    func `addresses of all types are read`(address: [UInt8], host: String) {
        let results = Self.run([5, 1, 0, 5, 1, 0] + address + [0, 80], cuts: [])
        #expect(results.last == .request(SOCKSRequest(host: Self.ascii(host), port: 80), consumed: 5 + address.count))
    }

    @Test(
        arguments: [
            ([4, 1, 0, 80], [0, 0x5b, 0, 0, 0, 0, 0, 0], SOCKSRefusal.socks4), (ascii("GET / HTTP/1.1"), [], .notSOCKS),
            ([0], [], .notSOCKS),
            ([5, 0], [5, 0xff], .noMethod), ([5, 1, 2], [5, 0xff], .noMethod), ([5, 2, 1, 3], [5, 0xff], .noMethod),
            ([5, 1, 0, 4], SOCKSReply.generalFailure.bytes, .malformed),
            ([5, 1, 0, 5, 2, 0, 1, 1, 2, 3, 4, 0, 80], SOCKSReply.commandNotSupported.bytes, .command),
            ([5, 1, 0, 5, 3, 0, 1, 1, 2, 3, 4, 0, 80], SOCKSReply.commandNotSupported.bytes, .command),
            ([5, 1, 0, 5, 1, 0, 2, 1, 2], SOCKSReply.addressTypeNotSupported.bytes, .addressType),
            ([5, 1, 0, 5, 1, 0, 3, 0, 0, 80], SOCKSReply.generalFailure.bytes, .name),
            ([5, 1, 0, 5, 1, 0, 3, 3, 97, 0, 98, 0, 80], SOCKSReply.generalFailure.bytes, .name),
            ([5, 1, 0, 5, 1, 0, 3, 4] + ascii("a b\n") + [0, 80], SOCKSReply.generalFailure.bytes, .name),
            ([5, 1, 0, 5, 1, 0, 3, 4] + ascii("a:80") + [0, 80], SOCKSReply.generalFailure.bytes, .name),
            ([5, 1, 0, 5, 1, 0, 1, 1, 2, 3, 4, 0, 0], SOCKSReply.generalFailure.bytes, .name),
        ] as [([UInt8], [UInt8], SOCKSRefusal)])
    func `what cannot be served is refused`(input: [UInt8], answer: [UInt8], reason: SOCKSRefusal) {
        #expect(Self.run(input, cuts: []).last == .refused(answer, reason))
    }

    @Test func `who has to give a password is not let in without`() {
        #expect(Self.run([5, 1, 0], cuts: [], asksPassword: true) == [.refused([5, 0xff], .noMethod)])
        #expect(Self.run([5, 1, 2, 5, 1], cuts: [], asksPassword: true).last == .refused([1, 1], .malformed))
    }

    @Test func `no input makes it wait for more than the longest message`() {
        for type in [UInt8(1), 3, 4] {
            let input: [UInt8] = [5, 1, 0, 5, 1, 0, type, 255] + [UInt8](repeating: 97, count: 300)
            #expect(Self.run(input, cuts: []).count == 2)
        }
        let password: [UInt8] = [5, 1, 2, 1, 255] + [UInt8](repeating: 255, count: 600)
        #expect(Self.run(password, cuts: [], asksPassword: true).count == 3)
    }

    @Test(
        arguments: [
            (403, ProxyError.destinationProhibited, SOCKSReply.notAllowed), (502, .connectionRefused, .connectionRefused),
            (502, .dnsError, .hostUnreachable), (504, .connectionTimeout, .hostUnreachable),
            (502, .destinationUnroutable, .networkUnreachable),
            (500, .internalError, .generalFailure), (407, nil, .notAllowed), (403, nil, .notAllowed), (200, nil, .generalFailure),
        ] as [(Int, ProxyError?, SOCKSReply)])
    func `a status has a reply code`(status: Int, error: ProxyError?, expected: SOCKSReply) {
        #expect(SOCKSReply(refusal: status, error) == expected)
    }

    @Test(
        arguments: [
            ([1, 0, 0, 0, 0, 0, 0], "0.0.0.0", 0), ([1, 10, 0, 0, 7, 0x13, 0x88], "10.0.0.7", 5000), ([3, 0, 0, 0], "0.0.0.0", 0),
            ([4] + [UInt8](repeating: 0, count: 18), "[::]", 0), ([3, 3] + ascii("a:b") + [0, 9], "0.0.0.0", 9),
        ] as [([UInt8], String, Int)])
    func `an association is asked for where it is offered, from whatever address`(address: [UInt8], host: String, port: Int) {
        let input = [5, 3, 0] + address
        var handshake = SOCKSHandshake(asksPassword: false, offersDatagrams: true)
        _ = handshake.read(([5, 1, 0] as [UInt8]).span)
        for end in 0..<input.count { #expect(handshake.read(Array(input[..<end]).span) == .needMore) }
        let request = SOCKSRequest(.associate, host: Self.ascii(host), port: port)
        #expect(handshake.read(input.span) == .request(request, consumed: input.count))
    }
}
