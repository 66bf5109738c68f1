import GatehouseConfig
import GatehouseTLS
import GatehouseWire

/// TLS of one listening address: the default server's context starts the handshake, the server name chooses among the others.
package final class ListenerTLS: Sendable {
    /// Gives the value of a certificate's name for the connection whose handshake is under way.
    package typealias Render = (ServerConfiguration, Template) -> [UInt8]

    private let fallback: ServerTLS
    private let contexts: [Int: ServerTLS]
    private let listener: ListenerConfiguration

    package init?(_ listener: ListenerConfiguration, contexts: TLSContexts) throws(AssemblyError) {
        var all: [Int: ServerTLS] = [:]
        for server in listener.allServers { all[server.number] = try contexts.context(for: server) }
        // Without a certificate of its own the default server hands every handshake to whom the name belongs.
        guard let fallback = all[listener.defaultServer.number] ?? listener.allServers.lazy.compactMap({ all[$0.number] }).first else {
            throw AssemblyError(
                "no \"ssl_certificate\" is defined for the \"listen ... ssl\" directive", at: listener.listen.position)
        }
        self.fallback = fallback
        self.contexts = all
        self.listener = listener
    }

    /// One connection's TLS state. `render` is called within the handshake, for certificates that are named by variables.
    package func makeConnection(_ render: @escaping Render) throws(TLSError) -> TLSConnection {
        try TLSConnection(server: fallback.context) { [self] name in choose(name, render) }
    }

    private func choose(_ name: String?, _ render: Render) -> TLSContextChoice {
        var server = listener.defaultServer
        if let name {
            var captures: [Int] = []
            server = listener.servers.find(Array(name.lowercased().utf8).span, captures: &captures).value
        }
        guard let chosen = contexts[server.number] else { return show(fallback, server, render) ?? .keep }
        if chosen.settings.rejectsHandshake { return .reject }
        return show(chosen, server, render) ?? (name == nil ? .keep : .use(chosen.context))
    }

    private func show(_ tls: ServerTLS, _ server: ServerConfiguration, _ render: Render) -> TLSContextChoice? {
        guard let variable = tls.variable else { return nil }
        do throws(TLSError) {
            return .show(try variable.certificates { render(server, $0) }, by: tls.context)
        } catch {
            return .fail(error)
        }
    }
}
