import GatehouseConfig
import GatehouseTLS
import GatehouseWire

/// TLS from this proxy to the parents of one exit.
package final class ParentTLS: Sendable {
    private let context: TLSClientContext
    private let settings: ForwardExitSettings.TLS
    /// Sessions are resumed only with parents of the same exit.
    let identity: [UInt8]

    /// For each exit of a configuration; `nil` for those without TLS.
    package static func makeAll(
        _ exits: [ForwardExitSettings], environment: GenerationEnvironment
    ) throws(AssemblyError) -> [ParentTLS?] {
        var all: [ParentTLS?] = []
        for exit in exits {
            guard let tls = exit.parent?.tls else {
                all.append(nil)
                continue
            }
            do throws(TLSError) {
                all.append(try ParentTLS(exit, tls, environment: environment))
            } catch {
                throw AssemblyError(error.message, at: exit.position)
            }
        }
        return all
    }

    private init(
        _ exit: ForwardExitSettings, _ settings: ForwardExitSettings.TLS, environment: GenerationEnvironment
    ) throws(TLSError) {
        var configuration = TLSClientConfiguration()
        configuration.verifies = settings.verifies
        configuration.verifyDepth = 4
        // A tunnel's parent is asked for tunnels, one a connection.
        configuration.alpn = ["http/1.1"]
        if settings.verifies { configuration.trustedCertificates = try Self.authorities(exit, settings, environment) }
        context = try TLSClientContext(configuration)
        self.settings = settings
        identity = Array("exit ".utf8) + Array(exit.name.utf8)
    }

    /// Where systems keep the authorities that they trust: Debian and its kin, Red Hat and its, SUSE, Alpine.
    private static let bundles = [
        "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem",
    ]

    private static func authorities(
        _ exit: ForwardExitSettings, _ settings: ForwardExitSettings.TLS, _ environment: GenerationEnvironment
    ) throws(TLSError) -> PEMSource {
        if let file = settings.trusted { return environment.pemSource(file) }
        for path in bundles {
            if let contents = try? environment.files.read(path) { return .data(contents, name: path) }
        }
        throw TLSError(
            .configuration, "the system has no list of trusted authorities for forward_exit \"\(exit.name)\": name one with \"trusted=\"")
    }

    /// One connection's TLS state.
    package func makeConnection(session: TLSSession?) throws(TLSError) -> TLSConnection {
        try TLSConnection(
            client: context, serverName: settings.name, verifyName: settings.verifies ? settings.name : nil, session: session)
    }
}
