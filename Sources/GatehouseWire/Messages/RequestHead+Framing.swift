/// What the fields of a complete head mean for host, body and connection.
extension RequestHead {
    private static let closeToken = Array("close".utf8)
    private static let keepAliveToken = Array("keep-alive".utf8)
    private static let upgradeToken = Array("upgrade".utf8)
    private static let chunkedToken = Array("chunked".utf8)
    private static let continueToken = Array("100-continue".utf8)

    /// Judges the head; each check has the answer nginx gives, in its order.
    mutating func judge(allowsConnect: Bool) throws(RequestHeadError) {
        try judgeHost()
        try judgeBody()
        judgeConnection()
        switch method {
        case .connect:
            if !allowsConnect { throw .connect }
            if isChunked || (contentLength ?? 0) > 0 { throw .connectBody }
        case .trace: throw .trace
        default: break
        }
    }

    private mutating func judgeHost() throws(RequestHeadError) {
        guard let range = fields.first(.host) else {
            if version > .http10 { throw .noHost }
            return
        }
        if hostText.isEmpty {
            guard case .valid(let port) = HostName.parse(fields.bytes, range, into: &hostText) else { throw .host }
            hostPort = port
        } else {
            // The target has named the host already, and it has precedence (RFC 9112 §3.2.2).
            var ignored: [UInt8] = []
            guard case .valid = HostName.parse(fields.bytes, range, into: &ignored) else { throw .host }
        }
    }

    private mutating func judgeBody() throws(RequestHeadError) {
        if let range = fields.first(.contentLength) {
            guard let length = BodyLength.parse(contentLength: fields.bytes, range) else { throw .contentLength }
            contentLength = length
        }
        guard let range = fields.first(.transferEncoding) else { return }
        if version < .http11 { throw .oldTransferEncoding }
        if fields.contains(.contentLength) { throw .twoLengths }
        guard HeaderFields.matches(fields.bytes, range, lowercase: Self.chunkedToken) else { throw .transferEncoding }
        isChunked = true
    }

    private mutating func judgeConnection() {
        if version == .http11, let range = fields.first(.expect) {
            expectsContinue = HeaderFields.matches(fields.bytes, range, lowercase: Self.continueToken)
        }
        keepsAlive = version >= .http11
        guard fields.contains(.connection) else { return }
        var closes = false
        for field in fields.fields where field.id == .connection {
            var list = FieldList(field.value)
            while let token = list.next(in: fields.bytes) {
                if HeaderFields.matches(fields.bytes, token, lowercase: Self.closeToken) { closes = true }
                if HeaderFields.matches(fields.bytes, token, lowercase: Self.keepAliveToken) { keepsAlive = true }
                if HeaderFields.matches(fields.bytes, token, lowercase: Self.upgradeToken) {
                    requestsUpgrade = version == .http11 && fields.first(.upgrade)?.isEmpty == false
                }
            }
        }
        if closes { keepsAlive = false }
    }
}
