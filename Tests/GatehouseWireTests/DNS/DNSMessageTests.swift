import Testing

@testable import GatehouseWire

@Suite struct DNSMessageTests {
    private let question = DNSQuestion(name: DNSName("www.example.com")!, type: .a)

    @Test func `a query asks one question and wants recursion`() {
        let query = question.query(id: 0x1234)
        #expect(query == [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0] + name("www", "example", "com") + [0, 1, 0, 1])
    }

    @Test func `an answer with an alias leads to its addresses`() throws {
        let answer = AnswerBuilder(question)
            .alias([3] + Array("web".utf8) + [0xc0, 16], timeToLive: 30)
            .record([0xc0, 45], type: 1, timeToLive: 60, [192, 0, 2, 1])
            .record([0xc0, 45], type: 1, timeToLive: 20, [192, 0, 2, 2])
        let message = try DNSMessage(answer.bytes.span)
        #expect(message.id == 7 && message.isResponse && !message.isTruncated && message.question == question)
        #expect(message.answers.first?.content == .alias(DNSName("web.example.com")))
        #expect(message.addresses(answering: question) == .found([.v4(0xc000_0201), .v4(0xc000_0202)], for: .seconds(20)))
    }

    @Test func `addresses of other names and families are not believed`() throws {
        let answer = AnswerBuilder(question)
            .record(name("evil", "example"), type: 1, timeToLive: 60, [192, 0, 2, 1])
            .record([0xc0, 12], type: 28, timeToLive: 60, [UInt8](repeating: 1, count: 16))
        #expect(try DNSMessage(answer.bytes.span).addresses(answering: question) == .none(for: nil))
    }

    @Test func `an alias without addresses is reported, also when it goes in circles`() throws {
        let dangling = AnswerBuilder(question).alias(name("a", "example"), timeToLive: 9)
        #expect(try DNSMessage(dangling.bytes.span).addresses(answering: question) == .alias(DNSName("a.example"), for: .seconds(9)))
        let circle = dangling.record(name("a", "example"), type: 5, timeToLive: 5, [0xc0, 12])
        #expect(try DNSMessage(circle.bytes.span).addresses(answering: question) == .alias(question.name, for: .seconds(5)))
        let root = AnswerBuilder(question).alias([0], timeToLive: 9)
        #expect(try DNSMessage(root.bytes.span).addresses(answering: question) == .alias(nil, for: .seconds(9)))
    }

    @Test func `the authority says how long a lack may be remembered`() throws {
        let authority: [UInt8] = [0, 0] + [UInt8](repeating: 0, count: 16) + [0, 0, 0, 40]
        let answer = AnswerBuilder(question, code: 3).record([0], type: 6, timeToLive: 100, authority, section: .authority)
        let message = try DNSMessage(answer.bytes.span)
        #expect(message.responseCode == 3)
        #expect(message.addresses(answering: question) == .none(for: .seconds(40)))
    }

    @Test func `services and pointers are read`() throws {
        let answer = AnswerBuilder(question)
            .record([0xc0, 12], type: 33, timeToLive: 1, [0, 1, 0, 2, 0, 80] + name("s", "example"))
            .record([0xc0, 12], type: 12, timeToLive: 1, name("host", "example"))
            .record([0xc0, 12], type: 16, timeToLive: 1, [1, 2, 3])
        let contents = try DNSMessage(answer.bytes.span).answers.map(\.content)
        #expect(
            contents == [
                .service(priority: 1, weight: 2, port: 80, target: DNSName("s.example")), .pointer(DNSName("host.example")),
                .other(DNSRecordType(rawValue: 16)),
            ])
    }

    @Test func `the servers of a service are found behind its alias`() throws {
        let service = DNSQuestion(name: DNSName("_http._tcp.example")!, type: .srv)
        let answer = AnswerBuilder(service)
            .alias(name("other", "example"), timeToLive: 30)
            .record(name("other", "example"), type: 33, timeToLive: 9, [0, 1, 0, 2, 0, 80] + name("s", "example"))
            .record(name("other", "example"), type: 33, timeToLive: 9, [0, 0, 0, 0, 0, 0] + [0])
            .record(name("evil", "example"), type: 33, timeToLive: 1, [0, 0, 0, 0, 0, 81] + name("s", "example"))
        let found = DNSService(priority: 1, weight: 2, port: 80, target: DNSName("s.example")!)
        #expect(try DNSMessage(answer.bytes.span).services(answering: service) == .found([found], for: .seconds(9)))
        let nowhere = AnswerBuilder(service).record([0xc0, 12], type: 33, timeToLive: 9, [0, 0, 0, 0, 0, 0] + [0])
        #expect(try DNSMessage(nowhere.bytes.span).services(answering: service) == .none(for: nil))
    }

    @Test func `a lifetime with the highest bit set is none`() throws {
        let answer = AnswerBuilder(question).record([0xc0, 12], type: 1, timeToLive: 0x8000_0001, [192, 0, 2, 1])
        #expect(try DNSMessage(answer.bytes.span).answers.first?.timeToLive == .zero)
    }

    @Test func `an answer that is cut anywhere is refused`() throws {
        let answer = AnswerBuilder(question)
            .alias([3] + Array("web".utf8) + [0xc0, 16], timeToLive: 30)
            .record([0xc0, 45], type: 28, timeToLive: 60, [UInt8](repeating: 7, count: 16))
            .record([0], type: 6, timeToLive: 1, [UInt8](repeating: 0, count: 22), section: .authority)
        for count in 0..<answer.bytes.count {
            #expect(throws: DNSError.self) { try DNSMessage(Array(answer.bytes[..<count]).span) }
        }
        _ = try DNSMessage(answer.bytes.span)
    }

    @Test(
        arguments: [
            // A pointer to itself, one forwards, two that point at each other's pieces.
            [0xc0, 33], [0xc0, 200], [1, 0x61, 0xc0, 33], [0x40, 1, 1], [0x80, 1],
        ] as [[UInt8]]) func `names that lead nowhere are refused`(_ name: [UInt8])
    {
        let answer = AnswerBuilder(question).record(name, type: 1, timeToLive: 1, [192, 0, 2, 1])
        #expect(throws: DNSError.self) { try DNSMessage(answer.bytes.span) }
    }

    @Test(arguments: [(1, 3), (1, 5), (1, 16), (28, 4), (6, 10), (33, 6)] as [(UInt16, Int)])
    func `data of a wrong length is refused`(_ type: UInt16, _ length: Int) {
        let answer = AnswerBuilder(question).record([0xc0, 12], type: type, timeToLive: 1, [UInt8](repeating: 0, count: length))
        #expect(throws: DNSError.self) { try DNSMessage(answer.bytes.span) }
    }

    @Test func `data that ends before or behind its name is refused`() {
        for extra in [[], [0, 0]] as [[UInt8]] {
            let target = name("a", "example").dropLast() + extra
            let answer = AnswerBuilder(question).record([0xc0, 12], type: 5, timeToLive: 1, Array(target))
            #expect(throws: DNSError.self) { try DNSMessage(answer.bytes.span) }
        }
    }

    @Test func `records of a truncated answer are not read`() throws {
        let answer = AnswerBuilder(question, flags: 0x8380).record([0xc0, 12], type: 1, timeToLive: 1, [192, 0])
        let message = try DNSMessage(answer.bytes.span)
        #expect(message.isTruncated && message.question == question && message.answers.isEmpty)
    }

    @Test(arguments: 0..<UInt64(200)) func `no change of an answer traps`(_ seed: UInt64) {
        var bytes = AnswerBuilder(question)
            .alias([3] + Array("web".utf8) + [0xc0, 16], timeToLive: 30)
            .record([0xc0, 45], type: 1, timeToLive: 60, [192, 0, 2, 1])
            .record([0], type: 6, timeToLive: 1, [UInt8](repeating: 0, count: 22), section: .authority).bytes
        var state = seed &* 0x9e37_79b9_7f4a_7c15 | 1
        for _ in 0..<20 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            bytes[Int(state >> 8) % bytes.count] = UInt8(truncatingIfNeeded: state >> 40)
            WireFuzz.dnsMessage(bytes.span)
        }
    }

    private func name(_ labels: String...) -> [UInt8] {
        labels.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
    }
}
