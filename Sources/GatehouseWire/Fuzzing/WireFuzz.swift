/// Entries for a fuzzer: each takes any bytes, must not trap, and checks what has to hold whatever they are.
package enum WireFuzz {
    /// Feeds a request head in two pieces; the outcome has to be the one of the whole.
    package static func requestHead(_ input: Span<UInt8>) {
        var parser = RequestHeadParser()
        var head = RequestHead()
        let whole = parser.parse(input, into: &head)
        let fields = head.fields.description
        touch(head)
        var cutParser = RequestHeadParser()
        var cutHead = RequestHead()
        let first = cutParser.parse(input.extracting(0..<input.count / 2), into: &cutHead)
        touch(cutHead)
        guard first == .needMore else { return }
        let second = cutParser.parse(input, into: &cutHead)
        guard case .complete = whole else { return }
        precondition(second == whole && cutHead.fields.description == fields, "a cut changed the request")
    }

    private static func touch(_ head: RequestHead) {
        _ = head.requestLine
        _ = head.protocolName
        _ = head.originTarget
        _ = head.host
        _ = BodyLength.ofRequest(head)
        _ = Cookies.value(of: [0x61], in: head.fields)
        _ = NormalizedURI(head.originTarget)
    }

    /// Feeds a response head in two pieces.
    package static func responseHead(_ input: Span<UInt8>) {
        var parser = ResponseHeadParser()
        var head = ResponseHead()
        let whole = parser.parse(input, into: &head)
        var cutParser = ResponseHeadParser()
        var cutHead = ResponseHead()
        guard cutParser.parse(input.extracting(0..<input.count / 2), into: &cutHead) == .needMore else { return }
        let second = cutParser.parse(input, into: &cutHead)
        guard case .complete = whole else { return }
        precondition(second == whole && cutHead.fields.description == head.fields.description, "a cut changed the response")
        _ = BodyLength.ofResponse(head: head, requestMethod: .get)
    }

    /// Decodes chunks in one piece and byte by byte; data and end have to be the same.
    package static func chunkedBody(_ input: Span<UInt8>) {
        let whole = decode(input, step: max(1, input.count))
        // A broken line may wait for its end when it comes in pieces.
        if case .invalid = whole.last { return }
        let bytewise = decode(input, step: 1)
        precondition(whole.data == bytewise.data && whole.last == bytewise.last, "a cut changed the body")
    }

    private static func decode(_ input: Span<UInt8>, step: Int) -> (data: [UInt8], last: ChunkedDecoder.Step) {
        var decoder = ChunkedDecoder(lineLimit: 64, trailerLimit: 256)
        var data: [UInt8] = []
        var position = 0
        var available = 0
        while available < input.count {
            available = min(input.count, available + step)
            let readable = input.extracting(0..<available)
            var result = decoder.next(readable, from: position)
            while case .data(let range) = result {
                data.append(copying: readable.extracting(range))
                position = range.upperBound
                result = decoder.next(readable, from: position)
            }
            guard case .needMore(let consumed) = result else { return (data, result) }
            position = consumed
        }
        return (data, .needMore(consumed: position))
    }

    /// Everything that reads a single text.
    package static func texts(_ input: Span<UInt8>) {
        let bytes = Array(copying: input)
        _ = NormalizedURI(bytes, mergesSlashes: false)
        if let uri = NormalizedURI(bytes) {
            precondition(uri.path.first == UInt8(ascii: "/"), "a path starts with a slash")
        }
        for kind in URIEscaping.Kind.allCases {
            precondition(URIEscaping.escape(bytes, kind).allSatisfy { $0 > 32 && $0 < 127 }, "something was not escaped")
        }
        precondition(URIEscaping.unescape(URIEscaping.escape(bytes, .component)) == bytes, "escaping lost something")
        _ = HTTPDate.parse(bytes)
        _ = ByteRanges.parse(Array("bytes=".utf8) + bytes, length: 1000)
        _ = FieldList.elements(of: bytes)
        _ = ParameterList(bytes).quality
        _ = Cookies.attributes(ofSetCookie: bytes)
        if let address = IPAddress(bytes) { precondition(IPAddress(address.text) == address, "an address changed") }
        _ = CIDR(bytes)
    }

    /// A PROXY protocol header.
    package static func proxyHeader(_ input: Span<UInt8>) {
        guard case .complete(let header, let consumed) = ProxyProtocol.parse(input) else { return }
        precondition(consumed <= input.count, "more consumed than there was")
        _ = header.vector(named: "ssl_cn")
        _ = header.vector(named: "0xea")
    }

    /// An answer of a name server.
    package static func dnsMessage(_ input: Span<UInt8>) {
        guard let message = try? DNSMessage(input), let question = message.question else { return }
        _ = message.addresses(answering: question)
        precondition((try? DNSMessage(question.query(id: message.id).span))?.question == question, "a question changed")
    }
}
