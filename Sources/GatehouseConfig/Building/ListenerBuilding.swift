import GatehousePolicy

/// Brings the `listen` directives of all servers together: one listener an address, with nginx's checks of what they say
/// (`ngx_http_add_listen`).
struct ListenerBuilding {
    let shared: SharedConfiguration

    func build(_ servers: [ServerConfiguration]) -> [ListenerConfiguration] {
        var drafts: [ListenerDraft] = []
        var places: [ListenAddress: Int] = [:]
        for server in servers {
            for listen in server.listens {
                shared.diagnostics.collect {
                    if let place = places[listen.address] {
                        try drafts[place].add(listen, of: server, shared.diagnostics)
                    } else {
                        places[listen.address] = drafts.count
                        drafts.append(ListenerDraft(listen, of: server))
                    }
                }
            }
        }
        return drafts.map { draft in
            checkCertificates(draft)
            checkSOCKS(draft)
            return listener(draft)
        }
    }

    private func listener(_ draft: ListenerDraft) -> ListenerConfiguration {
        var names = ServerNames<ServerConfiguration>(default: draft.defaultServer)
        var patterns: [CapturingPattern] = []
        for server in draft.servers {
            for name in server.names {
                switch name {
                case .exact(let text), .leadingWildcard(let text, _), .trailingWildcard(let text):
                    if !names.add(text, server) { reportTaken(text, draft, server) }
                case .pattern(_, let pattern):
                    names.add(pattern.pattern, server)
                    patterns.append(pattern)
                }
            }
        }
        return ListenerConfiguration(
            listen: draft.listen, servers: names, defaultServer: draft.defaultServer, allServers: draft.servers, namePatterns: patterns)
    }

    private func reportTaken(_ name: String, _ draft: ListenerDraft, _ server: ServerConfiguration) {
        let address = draft.listen.address
        let hasStarInside = name.utf8.dropFirst(name.hasPrefix("*.") ? 1 : 0).dropLast(name.hasSuffix(".*") ? 1 : 0).contains(
            UInt8(ascii: "*"))
        if hasStarInside {
            shared.diagnostics.fail(ConfigurationError("invalid server name or wildcard \"\(name)\" on \(address)", at: server.position))
        } else {
            shared.diagnostics.warn(ConfigurationError("conflicting server name \"\(name)\" on \(address), ignored", at: server.position))
        }
    }

    /// SOCKS names no virtual server: its clients are those of the default one.
    private func checkSOCKS(_ draft: ListenerDraft) {
        guard draft.listen.speaksSOCKS, !draft.defaultServer.isForwardProxy else { return }
        shared.diagnostics.fail(
            ConfigurationError(
                "the \"socks5\" parameter needs \"forward_proxy on\"", at: draft.defaultServer.position, length: "server".utf8.count))
    }

    /// A TLS address needs a certificate in its default server; one that rejects handshakes leaves it to the others.
    private func checkCertificates(_ draft: ListenerDraft) {
        guard draft.listen.usesTLS, draft.defaultServer.settings.tls.certificates.isEmpty else { return }
        let lacking =
            draft.defaultServer.settings.tls.rejectsHandshake
            ? draft.servers.first { $0.settings.tls.certificates.isEmpty && !$0.settings.tls.rejectsHandshake } : draft.defaultServer
        guard let lacking else { return }
        shared.diagnostics.fail(
            ConfigurationError(
                "no \"ssl_certificate\" is defined for the \"listen ... ssl\" directive", at: lacking.position,
                length: "server".utf8.count))
    }
}
