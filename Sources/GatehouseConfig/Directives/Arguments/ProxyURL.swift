/// The URL of `proxy_pass`, where it holds no variables.
package struct ProxyURL: Sendable, Equatable {
    package let usesTLS: Bool
    package let target: NetworkTarget
    /// The URL up to its end as written, for `proxy_redirect default`.
    package let text: [UInt8]

    /// - Throws: `invalid URL prefix`, or what is wrong with the address together with `in upstream "…"`.
    package init(parsing text: [UInt8]) throws(ArgumentError) {
        let lower = String(decoding: text.prefix(8), as: UTF8.self).lowercased()
        let prefix: Int
        if lower.hasPrefix("http://") {
            prefix = 7
        } else if lower == "https://" {
            prefix = 8
        } else {
            throw ArgumentError("invalid URL prefix", at: 0)
        }
        usesTLS = prefix == 8
        self.text = text
        let rest = Array(text[prefix...])
        do {
            target = try NetworkTarget(parsing: rest, defaultPort: prefix == 8 ? 443 : 80, allowsURI: true)
        } catch {
            throw ArgumentError("\(error.message) in upstream \"\(String(decoding: rest, as: UTF8.self))\"", at: 0)
        }
    }

    /// The scheme's own port.
    package var defaultPort: Int { usesTLS ? 443 : 80 }

    /// `$proxy_host`: the port is left out where it is the scheme's own; a unix socket is `localhost`.
    package var hostHeader: [UInt8] {
        if case .unix = target.address { return Array("localhost".utf8) }
        let host = Array(target.host.utf8)
        guard target.hasPort, target.port != defaultPort else { return host }
        return host + Array(":\(target.port)".utf8)
    }

    /// `nil` where the URL ends with the address: then the request's own URI is passed on.
    package var uri: [UInt8]? { target.uri.isEmpty ? nil : target.uri }
}
