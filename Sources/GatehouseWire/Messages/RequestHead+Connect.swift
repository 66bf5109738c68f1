extension RequestHead {
    /// Becomes the beginning of what a CONNECT request of another protocol means: credentials, and no destination yet.
    package mutating func becomeConnect(withCredentials credentials: [UInt8], protocolName: String) {
        reset()
        method = .connect
        form = .authority
        showRequestLine(protocolName)
        fields.append(.proxyAuthorization, credentials)
    }

    /// Becomes what a CONNECT request of another protocol means, with the credentials that are there; that protocol's name is in the log.
    /// - Parameter host: in lower case, IPv6 addresses in brackets.
    package mutating func nameDestination(_ host: [UInt8], port: Int, protocolName: String) {
        let credentials = fields.valueBytes(.proxyAuthorization)
        reset()
        method = .connect
        form = .authority
        keepsAlive = false
        target = host + Array(":\(port)".utf8)
        hostText = host
        hostPort = port
        showRequestLine(protocolName)
        if let credentials { fields.append(.proxyAuthorization, credentials) }
    }

    private mutating func showRequestLine(_ protocolName: String) {
        let line = Array("CONNECT ".utf8) + (target.isEmpty ? [UInt8(ascii: "-")] : target) + [0x20]
        fields.bytes = line + Array(protocolName.utf8)
        requestLineRange = 0..<fields.bytes.count
        protocolRange = line.count..<fields.bytes.count
    }
}
