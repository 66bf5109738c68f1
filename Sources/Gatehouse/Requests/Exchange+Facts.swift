import GatehouseConfig
import GatehouseRuntime
import GatehouseWire

extension Exchange {
    /// The status as logs show it: of an answer that was never sent, the one that was meant.
    package var statusForLog: Int { response.status }

    /// `error_page … =CODE`: the status an error page's answer carries instead of its own.
    package func overridingStatus(_ own: Int) -> Int {
        guard let pageStatus else { return own }
        self.pageStatus = nil
        switch pageStatus {
        case .ofPage: return own
        case .fixed(let status): return status
        }
    }

    /// The way out of a forwarded request. An error page of this server is fetched as if there were none.
    package var exit: ChosenExit? { isForwarded ? chosenExit : nil }

    /// The request asks a forward proxy to take it somewhere.
    package var isForwarded: Bool { server.isForwardProxy && head.namesDestination && !isInternal }

    /// Rules of access were applied before an internal redirect led here.
    package var isInternalPage: Bool { isInternal && errorStatus != nil }

    /// `$binary_remote_addr`: 4 or 16 bytes.
    package var binaryRemoteAddress: [UInt8] {
        switch remoteAddress.ipAddress {
        case .v4(let bits): return bytes(of: UInt64(bits), count: 4)
        case .v6(let high, let low): return bytes(of: high, count: 8) + bytes(of: low, count: 8)
        case nil: return Array("unix:".utf8)
        }
    }

    /// `$masked_remote_addr`: the network of the client, for logs that shall not tell who it was: 24 bits of an IPv4 address, 48 of an IPv6 one.
    package var maskedRemoteAddress: [UInt8] {
        remoteAddress.ipAddress.map { $0.clientNetwork.text } ?? remoteAddressText
    }

    private func bytes(of value: UInt64, count: Int) -> [UInt8] {
        (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> UInt64($0 * 8)) }
    }

    package var remotePort: Int? {
        if let realAddress { return realAddress.address.port.flatMap { $0 == 0 ? nil : Int($0) } }
        return connection.remoteAddress.port.map { Int($0) }
    }

    /// `$request_id`: 16 random bytes in hexadecimal, the same for the whole request.
    package func makeRequestID() -> [UInt8] {
        if let requestID { return requestID }
        let digits = Array("0123456789abcdef".utf8)
        var id: [UInt8] = []
        for _ in 0..<2 {
            let word = context.random.next()
            for shift in stride(from: 60, through: 0, by: -4) { id.append(digits[Int((word >> UInt64(shift)) & 15)]) }
        }
        requestID = id
        return id
    }

    // MARK: Files

    /// `$document_root`: the value of `root` or `alias`, absolute.
    package var documentRoot: [UInt8] {
        absolute(render(location.settings.alias ?? location.settings.root))
    }

    /// `$realpath_root`: the same with symbolic links followed.
    package var realDocumentRoot: [UInt8] {
        FileSystem.realPath(String(decoding: documentRoot, as: UTF8.self)).map { Array($0.utf8) } ?? documentRoot
    }

    /// `$request_filename`: the file that the path stands for.
    package var filename: [UInt8] { filename(for: path) }

    /// The file a path stands for in this location.
    package func filename(for path: [UInt8]) -> [UInt8] {
        guard location.settings.alias != nil else { return trimmingSlash(documentRoot) + path }
        // In a regex location the alias stands for the whole path.
        if location.settings.aliasedLength == 0 { return pathFollowsAlias ? documentRoot + path : documentRoot }
        return documentRoot + path.dropFirst(min(location.settings.aliasedLength, path.count))
    }

    private func trimmingSlash(_ root: [UInt8]) -> [UInt8] { root.last == UInt8(ascii: "/") ? Array(root.dropLast()) : root }

    /// Relative paths begin at the prefix.
    package func absolute(_ path: [UInt8]) -> [UInt8] {
        path.first == UInt8(ascii: "/") ? path : Array(generation.facts.prefix.utf8) + path
    }

    /// The media type that the path's extension stands for: `types`, else `default_type`.
    package func mediaType() -> [UInt8] {
        let slash = path.lastIndex(of: UInt8(ascii: "/")) ?? 0
        if let dot = path.lastIndex(of: UInt8(ascii: ".")), dot > slash {
            let suffix = path[(dot + 1)...].map { (byte: UInt8) -> UInt8 in byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte }
            if let type = location.settings.types.byExtension[suffix] { return type }
        }
        return location.settings.defaultType
    }
}
