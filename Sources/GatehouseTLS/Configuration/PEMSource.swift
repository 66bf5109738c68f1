/// Where a certificate, a key or a list of authorities comes from.
package enum PEMSource: Equatable, Hashable, Sendable {
    /// A file, by its full path.
    case file(String)
    /// PEM text: given in place (`data:` in nginx's `ssl_certificate`), or read before from the file `name`.
    case data([UInt8], name: String = "data:")
    /// A key that a store of OpenSSL's providers holds (`store:URI` in nginx's `ssl_certificate_key`).
    case store(uri: String)

    /// A value of `ssl_certificate` or its like; `file` says where a path leads.
    package init(_ text: String, file: (String) -> PEMSource) throws(TLSError) {
        if text.hasPrefix("data:") {
            self = .data(Array(text.utf8.dropFirst(5)))
        } else if text.hasPrefix("store:") {
            self = .store(uri: String(text.dropFirst(6)))
        } else if text.hasPrefix("engine:") {
            throw TLSError(.configuration, "loading \"engine:...\" certificate keys is not supported")
        } else {
            self = file(text)
        }
    }

    /// How messages name it.
    var name: String {
        switch self {
        case .file(let path): path
        case .data(_, let name): name
        case .store(let uri): "store:" + uri
        }
    }
}
