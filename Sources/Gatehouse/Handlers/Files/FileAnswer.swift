import GatehouseConfig
import GatehouseRuntime
import GatehouseWire

/// One regular file as an answer: 200, or what conditions and ranges make of it.
struct FileAnswer {
    private let file: File
    private let size: Int
    private let modified: Int
    /// Up to this size, in bytes, head and body leave in one write.
    private static let smallest = 64 * 1024
    /// Of a larger file this much travels with the head.
    private static let firstPiece = 16 * 1024

    init(_ file: File, _ status: FileStatus) {
        self.file = file
        size = status.size
        modified = status.modifiedSeconds
    }

    /// Sends the file. Suspends until the client's side took it.
    /// - Returns: `.done`, or the status that a condition or an impossible range calls for.
    func send(_ exchange: Exchange) async -> Disposition {
        if let refused = await exchange.dismissBody() { return refused }
        fillHead(exchange)
        if let refused = HeadFilters.apply(to: exchange) { return refused }
        do throws(ClientError) {
            try await sendBody(exchange)
        } catch {
            exchange.generation.log(.info, error.reason, exchange)
            exchange.response.closesConnection = true
        }
        return .done
    }

    private func fillHead(_ exchange: Exchange) {
        exchange.response.status = exchange.overridingStatus(200)
        exchange.response.contentLength = size
        exchange.response.hasNoBody = false
        exchange.response.location = []
        exchange.response.lastModified = HTTPDate.format(modified)
        // After an X-Accel-Redirect the upstream's type stays.
        if exchange.response.contentType.isEmpty { exchange.response.contentType = exchange.mediaType() }
        if exchange.settings.sendsETag {
            exchange.response.fields.append(.etag, tag(exchange.context.loop.buffers))
        }
        exchange.response.allowsRanges = true
        exchange.response.allowsManyRanges = true
    }

    /// nginx's `ETag`: time and size in hexadecimal.
    private func tag(_ buffers: BufferPool) -> [UInt8] {
        let text = buffers.borrow(64)
        defer { buffers.giveBack(text) }
        text.append("\"")
        text.appendHex(max(modified, 0))
        text.append("-")
        text.appendHex(size)
        text.append("\"")
        return text.bytes()
    }

    private func sendBody(_ exchange: Exchange) async throws(ClientError) {
        if exchange.isHead || exchange.response.hasNoBody { return try await exchange.sendHead(body: nil, isEnd: true) }
        if exchange.response.cut == nil, size <= Self.smallest { return try await sendWhole(exchange) }
        // The parts are cut here, from the file: nothing else has to pass by.
        var cut = exchange.response.cut ?? RangeCut(whole: size)
        exchange.response.cut = nil
        let total = cut.length
        let first = exchange.context.loop.buffers.borrow(min(total, Self.smallest) + 64)
        defer { exchange.context.loop.buffers.giveBack(first) }
        if total <= Self.smallest {
            while let piece = cut.next(limit: total) { try fill(first, piece) }
            return try await exchange.sendHead(body: first, isEnd: true)
        }
        if let piece = cut.next(limit: Self.firstPiece) { try fill(first, piece) }
        try await exchange.sendHead(body: first, isEnd: false)
        while let piece = cut.next(limit: .max) {
            switch piece {
            case .text(let text):
                first.clear()
                first.append(text)
                try await exchange.write(first, isEnd: cut.isAtEnd)
            case .range(let range):
                try await exchange.write(file, range, isEnd: cut.isAtEnd)
            }
        }
    }

    private func sendWhole(_ exchange: Exchange) async throws(ClientError) {
        let body = exchange.context.loop.buffers.borrow(size + 64)
        defer { exchange.context.loop.buffers.giveBack(body) }
        try fill(body, .range(0..<size))
        try await exchange.sendHead(body: body, isEnd: true)
    }

    /// Puts a piece of the body behind what is in `buffer`.
    private func fill(_ buffer: ByteBuffer, _ piece: RangeCut.Piece) throws(ClientError) {
        switch piece {
        case .text(let text): buffer.append(text)
        case .range(let range):
            var at = range.lowerBound
            while at < range.upperBound {
                let count = (try? file.read(into: buffer, count: range.upperBound - at, at: at)) ?? 0
                if count == 0 { throw ClientError(.cancelled, "the file was truncated while it was being sent") }
                at += count
            }
        }
    }
}
