/// What the fields of a complete response head mean for body and connection.
extension ResponseHead {
    private static let chunkedToken = Array("chunked".utf8)
    private static let closeToken = Array("close".utf8)
    private static let keepAliveToken = Array("keep-alive".utf8)

    mutating func judge() throws(ResponseHeadError) {
        try judgeLength()
        keepsAlive = version >= .http11
        guard fields.contains(.connection) else { return }
        var closes = false
        for field in fields.fields where field.id == .connection {
            // Nearly always this alone.
            if HeaderFields.matches(fields.bytes, field.value, lowercase: Self.keepAliveToken) {
                keepsAlive = true
                continue
            }
            var list = FieldList(field.value)
            while let token = list.next(in: fields.bytes) {
                if HeaderFields.matches(fields.bytes, token, lowercase: Self.keepAliveToken) {
                    keepsAlive = true
                } else if HeaderFields.matches(fields.bytes, token, lowercase: Self.closeToken) {
                    closes = true
                }
            }
        }
        if closes { keepsAlive = false }
    }

    private mutating func judgeLength() throws(ResponseHeadError) {
        if let range = fields.first(.contentLength) {
            if fields.count(of: .contentLength) > 1 { throw .duplicateContentLength }
            guard let length = BodyLength.parse(contentLength: fields.bytes, range) else { throw .contentLength }
            contentLength = length
        }
        guard let range = fields.first(.transferEncoding) else { return }
        if fields.count(of: .transferEncoding) > 1 { throw .duplicateTransferEncoding }
        if contentLength != nil { throw .twoLengths }
        guard HeaderFields.matches(fields.bytes, range, lowercase: Self.chunkedToken) else { throw .transferEncoding }
        isChunked = true
    }
}
