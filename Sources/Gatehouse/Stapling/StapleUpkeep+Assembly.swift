import GatehouseConfig
import GatehouseTLS

extension StapleUpkeep {
    /// One for each certificate that servers with `ssl_stapling` show; servers with the same certificate, rules and responder share it.
    /// Why a certificate gets none is logged, as nginx does when it starts.
    static func makeAll(
        _ servers: [(ServerConfiguration, ServerTLS)], resolvers: [ResolverSettings: NameResolver], memory: StapleMemory, log: ErrorLog
    ) -> [StapleUpkeep] {
        struct Key: Hashable {
            var question: [UInt8]
            var url: String
            var verifies: Bool
            var resolver: ResolverSettings?
        }
        var certificates: [Key: [StapledCertificate]] = [:]
        for (server, tls) in servers where tls.settings.staples && tls.settings.staplingFile == nil {
            let resolver = server.root.settings.resolver.flatMap { $0.isOff ? nil : $0 }
            do throws(TLSError) {
                for certificate in try tls.context.stapledCertificates() {
                    guard let url = tls.settings.staplingResponder ?? certificate.responder else {
                        log.log(.warn, "\"ssl_stapling\" ignored, no OCSP responder URL in the certificate")
                        continue
                    }
                    let key = Key(
                        question: try certificate.request(), url: url, verifies: tls.settings.verifiesStapling, resolver: resolver)
                    certificates[key, default: []].append(certificate)
                }
            } catch {
                log.log(.warn, error.message)
            }
        }
        return certificates.compactMap { key, certificates in
            guard let responder = OCSPResponder(key.url) else {
                log.log(.warn, "\"ssl_stapling\" ignored, invalid URL prefix in OCSP responder \"\(key.url)\", only http:// is asked")
                return nil
            }
            let resolver = key.resolver.flatMap { settings in resolvers[settings.sharedPart].map { ($0, settings.timeout) } }
            return StapleUpkeep(
                responder: responder, question: key.question, certificates: certificates, verifies: key.verifies,
                names: resolver.map { .resolver($0, timeout: $1) } ?? .system, memory: memory, log: log)
        }
    }
}
