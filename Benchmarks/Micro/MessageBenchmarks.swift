import GatehouseWire

/// Reading and writing HTTP/1 messages.
func messageBenchmarks() -> [Benchmark] {
    [
        requestHead("request head of wrk, 2 fields", shortRequest),
        requestHead("request head of a browser, 12 fields", browserRequest),
        responseHead(),
        chunkedDecoding("chunked body, 16 chunks of 1 KiB, decoded", size: 1024),
        chunkedDecoding("chunked body, 16 chunks of 16 KiB, decoded", size: 16384),
        chunkedEncoding(),
        normalization(),
    ]
}

private let shortRequest = "GET /1k HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nAccept: */*\r\n\r\n"

private let browserRequest = """
    GET /products/list?page=2&sort=price HTTP/1.1\r
    Host: shop.example.com\r
    User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r
    Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r
    Accept-Language: en-GB,en;q=0.7,de;q=0.3\r
    Accept-Encoding: gzip, deflate, br, zstd\r
    Referer: https://shop.example.com/\r
    Connection: keep-alive\r
    Cookie: session=0123456789abcdef0123456789abcdef; theme=dark\r
    Upgrade-Insecure-Requests: 1\r
    Sec-Fetch-Dest: document\r
    Sec-Fetch-Mode: navigate\r
    If-None-Match: "68a1f0c2-2d4"\r
    \r

    """

private let response = """
    HTTP/1.1 200 OK\r
    Server: nginx\r
    Date: Mon, 01 Sep 2025 10:00:00 GMT\r
    Content-Type: text/html; charset=utf-8\r
    Content-Length: 1024\r
    Connection: keep-alive\r
    ETag: "68a1f0c2-2d4"\r
    Cache-Control: max-age=60\r
    \r

    """

private func requestHead(_ name: String, _ text: String) -> Benchmark {
    let input = Array(text.utf8)
    return Benchmark(name) { times in
        var parser = RequestHeadParser()
        var head = RequestHead()
        for _ in 0..<times {
            guard case .complete = parser.parse(input.span, into: &head) else { preconditionFailure("the request is well formed") }
        }
        keep(head.keepsAlive)
    }
}

private func responseHead() -> Benchmark {
    let input = Array(response.utf8)
    return Benchmark("response head, 7 fields") { times in
        var parser = ResponseHeadParser()
        var head = ResponseHead()
        for _ in 0..<times {
            guard case .complete = parser.parse(input.span, into: &head) else { preconditionFailure("the response is well formed") }
        }
        keep(head.status)
    }
}

private func chunkedDecoding(_ name: String, size: Int) -> Benchmark {
    let buffer = ByteBuffer()
    let chunk = [UInt8](repeating: 0x61, count: size)
    for _ in 0..<16 { ChunkedEncoder.appendChunk(chunk.span, to: buffer) }
    ChunkedEncoder.appendLastChunk(to: buffer)
    let input = buffer.bytes()
    return Benchmark(name) { times in
        for _ in 0..<times {
            var decoder = ChunkedDecoder()
            var position = 0
            while case .data(let range) = decoder.next(input.span, from: position) { position = range.upperBound }
            precondition(decoder.isEnded, "the body is whole")
        }
    }
}

private func chunkedEncoding() -> Benchmark {
    let chunk = [UInt8](repeating: 0x61, count: 1024)
    return Benchmark("one chunk of 1 KiB, encoded") { times in
        let buffer = ByteBuffer(capacity: 4096)
        for _ in 0..<times {
            buffer.clear()
            ChunkedEncoder.appendChunk(chunk.span, to: buffer)
        }
        keep(buffer.count)
    }
}

private func normalization() -> Benchmark {
    let target = Array("/products/a%20b/../list?page=2".utf8)
    return Benchmark("target with escapes and dots, normalized") { times in
        for _ in 0..<times { keep(NormalizedURI(target)) }
    }
}
