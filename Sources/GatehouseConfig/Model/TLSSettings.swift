import GatehouseWire

/// The `ssl_*` directives of a server.
package struct TLSSettings: Sendable {
    package enum VerifyClient: Sendable, Equatable { case off, on, optional, optionalWithoutCA }
    package enum SessionCache: Sendable, Equatable {
        case off, none
        case builtin(Int)
        case shared(name: String, bytes: Int)
    }
    /// Files in the order given; templates, since names may hold variables. `data:` values stay as they are.
    package var certificates = LevelList<Template>()
    package var keys = LevelList<Template>()
    /// For names with variables; `nil` reads them anew for each handshake.
    package var certificateCache: CertificateCacheSettings?
    package var passwordFile: String?
    package var protocols: Set<String> = ["TLSv1.2", "TLSv1.3"]
    package var ciphers = "HIGH:!aNULL:!MD5"
    package var prefersServerCiphers = false
    package var ecdhCurve = "auto"
    package var dhParameters: String?
    package var sessionCache: SessionCache = .none
    package var sessionTimeout: Duration = .seconds(300)
    package var usesSessionTickets = true
    package var ticketKeyFiles = LevelList<String>()
    package var rejectsHandshake = false
    package var verifyClient: VerifyClient = .off
    package var verifyDepth = 1
    package var clientCertificateFile: String?
    package var trustedCertificateFile: String?
    package var revocationListFile: String?
    package var bufferSize = 16384
    package var acceptsEarlyData = false
    package var configurationCommands = LevelList<(name: String, value: String)>()
    package var staples = false
    package var verifiesStapling = false
    package var staplingFile: String?
    package var staplingResponder: String?

    package init() {}
}

/// `ssl_certificate_cache` and its like: how long certificates named by variables are kept.
package struct CertificateCacheSettings: Sendable {
    /// Certificates and keys together.
    package var maximum: Int
    package var inactive: Duration = .seconds(10)
    package var valid: Duration = .seconds(60)
    /// All that inherit the directive share one cache.
    package let position: SourcePosition

    package init(maximum: Int, position: SourcePosition) {
        self.maximum = maximum
        self.position = position
    }
}
