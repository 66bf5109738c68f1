import GatehouseConfig
import GatehouseTLS
import GatehouseWire

/// Builds what locations need to speak TLS to their upstreams.
package final class ProxyTLSContexts {
    private let environment: GenerationEnvironment
    private let caches = CertificateCaches()

    package init(environment: GenerationEnvironment) { self.environment = environment }

    package func context(for settings: ProxyTLSSettings) throws(AssemblyError) -> ProxyTLS {
        do throws(TLSError) {
            let configuration = try configuration(settings)
            return ProxyTLS(
                context: try TLSClientContext(configuration), settings: settings,
                variable: variableCertificates(settings, passwords: configuration.passwords))
        } catch {
            throw AssemblyError(error.message)
        }
    }

    private func variableCertificates(_ settings: ProxyTLSSettings, passwords: [[UInt8]]) -> VariableCertificates? {
        guard let chain = settings.certificate, let key = settings.key, chain.constant == nil || key.constant == nil else { return nil }
        return VariableCertificates(
            [(chain: chain, key: key)], passwords: passwords, cache: caches.cache(for: settings.certificateCache),
            directory: environment.configurationDirectory)
    }

    private func configuration(_ settings: ProxyTLSSettings) throws(TLSError) -> TLSClientConfiguration {
        var result = TLSClientConfiguration()
        result.protocols = Set(settings.protocols.compactMap { TLSVersion(rawValue: $0) })
        result.ciphers = settings.ciphers
        result.verifies = settings.verifies
        result.verifyDepth = settings.verifyDepth
        result.trustedCertificates = settings.trustedCertificateFile.map { environment.pemSource($0) }
        result.crl = settings.revocationListFile.map { environment.pemSource($0) }
        result.confCommands = environment.commands(settings.configurationCommands)
        result.reusesSessions = settings.reusesSessions
        if let file = settings.passwordFile { result.passwords = PasswordFile.passwords(in: try environment.contents(of: file)) }
        guard let certificate = settings.certificate else { return result }
        guard let key = settings.key else {
            throw TLSError(.configuration, "no \"proxy_ssl_certificate_key\" is defined for certificate \"\(certificate.source)\"")
        }
        // Names with variables have their certificates with each connection.
        guard let name = certificate.constant, !name.isEmpty, key.constant != nil else { return result }
        result.certificate = .init(chain: try environment.pemSource(of: certificate), key: try environment.pemSource(of: key))
        return result
    }
}

/// TLS from one location to its upstreams.
package struct ProxyTLS: Sendable {
    package let context: TLSClientContext
    package let settings: ProxyTLSSettings
    /// Set where the name of the certificate holds variables.
    package let variable: VariableCertificates?

    /// One connection's TLS state.
    /// - Parameters:
    ///   - name: for SNI, where it is sent, and for verification, where it is asked for.
    ///   - certificate: what `variable` gave for this request.
    package func makeConnection(name: String, session: TLSSession?, certificate: TLSCertificate?) throws(TLSError) -> TLSConnection {
        try TLSConnection(
            client: context, serverName: settings.sendsServerName ? name : nil, verifyName: settings.verifies ? name : nil,
            session: settings.reusesSessions ? session : nil, certificate: certificate)
    }
}
