import GatehouseConfig
import GatehouseTLS
import GatehouseWire

/// Builds the server contexts of a generation, each once.
package final class TLSContexts {
    private let environment: GenerationEnvironment
    private let caches = CertificateCaches()
    private var byServer: [Int: ServerTLS] = [:]

    package init(environment: GenerationEnvironment) { self.environment = environment }

    /// The context of a virtual server; `nil` when it has no certificate and does not need one.
    package func context(for server: ServerConfiguration) throws(AssemblyError) -> ServerTLS? {
        if let known = byServer[server.number] { return known }
        let settings = server.settings.tls
        if settings.certificates.isEmpty && !settings.rejectsHandshake { return nil }
        do throws(TLSError) {
            let made = try make(settings)
            byServer[server.number] = made
            return made
        } catch {
            throw AssemblyError(error.message, at: server.position)
        }
    }

    /// Every server's that has one.
    func contexts(of servers: [ServerConfiguration]) -> [(ServerConfiguration, ServerTLS)] {
        servers.compactMap { server in byServer[server.number].map { (server, $0) } }
    }

    private func make(_ settings: TLSSettings) throws(TLSError) -> ServerTLS {
        var configuration = try configuration(settings)
        let pairs = try pairs(settings)
        if pairs.contains(where: { $0.chain.constant == nil || $0.key.constant == nil }) {
            configuration.variableCertificates = pairs.map(\.chain.source)
            let variable = VariableCertificates(
                pairs, passwords: configuration.passwords, cache: caches.cache(for: settings.certificateCache),
                directory: environment.configurationDirectory)
            return ServerTLS(
                context: try TLSServerContext(configuration, shared: environment.tlsState), variable: variable, settings: settings)
        }
        for pair in pairs {
            configuration.certificates.append(
                .init(chain: try environment.pemSource(of: pair.chain), key: try environment.pemSource(of: pair.key)))
        }
        return ServerTLS(context: try TLSServerContext(configuration, shared: environment.tlsState), variable: nil, settings: settings)
    }

    private func pairs(_ settings: TLSSettings) throws(TLSError) -> [(chain: Template, key: Template)] {
        let chains = settings.certificates.elements
        let keys = settings.keys.elements
        if keys.count < chains.count {
            let source = chains[keys.count].source
            throw TLSError(.configuration, "no \"ssl_certificate_key\" is defined for certificate \"\(source)\"")
        }
        return zip(chains, keys).map { (chain: $0, key: $1) }
    }

    private func configuration(_ settings: TLSSettings) throws(TLSError) -> TLSServerConfiguration {
        var result = TLSServerConfiguration()
        if let file = settings.passwordFile { result.passwords = PasswordFile.passwords(in: try environment.contents(of: file)) }
        result.protocols = Set(settings.protocols.compactMap { TLSVersion(rawValue: $0) })
        result.ciphers = settings.ciphers
        result.prefersServerCiphers = settings.prefersServerCiphers
        result.ecdhCurve = settings.ecdhCurve
        result.dhParameters = settings.dhParameters
        switch settings.sessionCache {
        case .off: result.sessionCache = .off
        case .none: result.sessionCache = .none
        case .builtin(let count): result.sessionCache = .builtin(sessions: count)
        case .shared(let name, let bytes): result.sessionCache = .shared(name: name, bytes: bytes)
        }
        result.sessionTimeout = Int(settings.sessionTimeout.components.seconds)
        result.sessionTickets = settings.usesSessionTickets
        for file in settings.ticketKeyFiles.elements { result.ticketKeys.append(try environment.contents(of: file)) }
        result.rejectsHandshake = settings.rejectsHandshake
        result.verifyClient = .init(settings.verifyClient)
        result.verifyDepth = settings.verifyDepth
        result.clientCertificates = settings.clientCertificateFile.map { environment.pemSource($0) }
        result.trustedCertificates = settings.trustedCertificateFile.map { environment.pemSource($0) }
        result.crl = settings.revocationListFile.map { environment.pemSource($0) }
        result.alpn = ["http/1.1", "http/1.0", "http/0.9"]
        result.staples = settings.staples
        result.staplingFile = settings.staplingFile.map { environment.pemSource($0) }
        result.confCommands = environment.commands(settings.configurationCommands)
        result.earlyData = settings.acceptsEarlyData
        result.recordSize = settings.bufferSize
        return result
    }
}

/// What a virtual server shows to clients that ask for its name.
package struct ServerTLS: Sendable {
    package let context: TLSServerContext
    /// Set where the names of its certificates hold variables.
    package let variable: VariableCertificates?
    package let settings: TLSSettings
}

extension TLSServerConfiguration.ClientVerification {
    package init(_ rule: TLSSettings.VerifyClient) {
        switch rule {
        case .off: self = .off
        case .on: self = .on
        case .optional: self = .optional
        case .optionalWithoutCA: self = .optionalNoCA
        }
    }
}

extension GenerationEnvironment {
    /// The contents of a file of the configuration.
    func contents(of path: String) throws(TLSError) -> [UInt8] {
        do throws(FileSourceError) {
            return try files.read(path)
        } catch {
            throw TLSError(.configuration, "cannot read \"\(path)\": \(error.reason)")
        }
    }

    /// `ssl_conf_command`s, with full paths where their values are files.
    func commands(_ commands: LevelList<(name: String, value: String)>) -> [(name: String, value: String)] {
        commands.elements.map { name, value in
            let isRelative = ConfigurationCommand.takesPath(name) && !value.hasPrefix("/")
            return (name: name, value: isRelative ? configurationDirectory + value : value)
        }
    }

    /// A certificate or key whose name holds no variables.
    func pemSource(of template: Template) throws(TLSError) -> PEMSource {
        try PEMSource(String(decoding: template.constant ?? [], as: UTF8.self)) { pemSource($0) }
    }
}
