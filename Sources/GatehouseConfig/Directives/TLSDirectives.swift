/// TLS with clients: `ssl_*`.
enum TLSDirectives {
    private static let places: DirectiveContexts = [.http, .server]

    static let rows: [DirectiveRow] = certificates + negotiation + sessions + clientCertificates + stapling

    private static let certificates: [DirectiveRow] = [
        DirectiveRow(
            "ssl_certificate", places, .exactly(1), repeats: true, "Certificate with its chain; may repeat for another kind of key."
        ) { reader in
            reader.scope.server.tls.certificates.append(try reader.certificate(0), level: reader.depth)
        },
        DirectiveRow("ssl_certificate_key", places, .exactly(1), repeats: true, "Its key.") { reader in
            reader.scope.server.tls.keys.append(try reader.certificate(0), level: reader.depth)
        },
        DirectiveRow(
            "ssl_certificate_cache", places, .between(1, 3), default: "off", "Keeps certificates that are named by variables."
        ) { reader in
            reader.scope.server.tls.certificateCache = try CertificateCacheSettings.read(reader)
        },
        .ignored("ssl_certificate_compression", places, .flag, because: "OpenSSL 3.0 cannot compress certificates."),
        file("ssl_password_file", \.tls.passwordFile, "Passphrases of keys."),
        file("ssl_dhparam", \.tls.dhParameters, "Parameters for DHE ciphers."),
        .flag(
            "ssl_reject_handshake", places, server: \.tls.rejectsHandshake, default: "off",
            "Refuses handshakes for the names of this server."),
        DirectiveRow(
            "ssl_conf_command", places, .exactly(2), repeats: true, "A command of OpenSSL's own configuration."
        ) { reader in
            reader.scope.server.tls.configurationCommands.append((name: reader.string(0), value: reader.string(1)), level: reader.depth)
        },
    ]

    private static let negotiation: [DirectiveRow] = [
        DirectiveRow(
            "ssl_protocols", places, .atLeast(1), repeats: true, default: "TLSv1.2 TLSv1.3", "Versions accepted."
        ) { reader in
            reader.scope.server.tls.protocols = try reader.words(addedTo: reader.scope.server.tls.protocols, version)
        },
        DirectiveRow("ssl_ciphers", places, .exactly(1), default: "HIGH:!aNULL:!MD5", "Ciphers, in OpenSSL's words.") { reader in
            reader.scope.server.tls.ciphers = reader.string(0)
        },
        .flag(
            "ssl_prefer_server_ciphers", places, server: \.tls.prefersServerCiphers, default: "off",
            "The server's order of ciphers decides."),
        DirectiveRow("ssl_ecdh_curve", places, .exactly(1), default: "auto", "Groups for key exchange.") { reader in
            reader.scope.server.tls.ecdhCurve = reader.string(0)
        },
        DirectiveRow("ssl_buffer_size", places, .exactly(1), default: "16k", "Largest TLS record sent.") { reader in
            reader.scope.server.tls.bufferSize = try reader.size(0)
        },
        .flag("ssl_early_data", places, server: \.tls.acceptsEarlyData, default: "off", "Accepts TLS 1.3 early data."),
    ]

    private static let sessions: [DirectiveRow] = [
        DirectiveRow("ssl_session_cache", places, .between(1, 2), default: "none", "Where sessions are kept.", read: sessionCache),
        DirectiveRow(
            "ssl_session_timeout", places, .exactly(1), default: "5m", "How long a session may be resumed."
        ) { reader in
            reader.scope.server.tls.sessionTimeout = try reader.duration(0, wholeSeconds: true)
        },
        .flag("ssl_session_tickets", places, server: \.tls.usesSessionTickets, default: "on", "Lets clients keep their sessions."),
        DirectiveRow(
            "ssl_session_ticket_key", places, .exactly(1), repeats: true, "Key of tickets; the first encrypts, all decrypt."
        ) { reader in
            reader.scope.server.tls.ticketKeyFiles.append(reader.path(0, .configuration), level: reader.depth)
        },
    ]

    private static let clientCertificates: [DirectiveRow] = [
        DirectiveRow("ssl_verify_client", places, .exactly(1), default: "off", "Asks clients for a certificate.") { reader in
            reader.scope.server.tls.verifyClient = try reader.option(
                0, ["off": .off, "on": .on, "optional": .optional, "optional_no_ca": .optionalWithoutCA])
            reader.afterSiblings(checkAuthorities)
        },
        DirectiveRow(
            "ssl_verify_depth", places, .exactly(1), default: "1", "How long a chain of client certificates may be."
        ) { reader in
            reader.scope.server.tls.verifyDepth = try reader.integer(0)
        },
        file("ssl_client_certificate", \.tls.clientCertificateFile, "Authorities of client certificates, named to clients."),
        file("ssl_trusted_certificate", \.tls.trustedCertificateFile, "Authorities trusted but not named to clients."),
        file("ssl_crl", \.tls.revocationListFile, "Revoked client certificates."),
    ]

    private static let stapling: [DirectiveRow] = [
        .flag("ssl_stapling", places, server: \.tls.staples, default: "off", "Sends OCSP answers with the certificates."),
        .flag(
            "ssl_stapling_verify", places, server: \.tls.verifiesStapling, default: "off",
            "Whether who signed an OCSP answer has to be trusted (ssl_trusted_certificate)."),
        file("ssl_stapling_file", \.tls.staplingFile, "A ready OCSP answer, sent as it is; no responder is asked."),
        DirectiveRow("ssl_stapling_responder", places, .exactly(1), "Asks this OCSP responder instead of the one that a certificate names.")
        {
            reader in
            reader.scope.server.tls.staplingResponder = reader.string(0)
        },
    ]

    /// A file beside the configuration.
    private static func file(_ name: String, _ field: any DirectiveRow.ServerField<String?>, _ summary: String) -> DirectiveRow {
        DirectiveRow(name, places, .exactly(1), summary) { reader in
            reader.scope.server[keyPath: field] = reader.bytes(0).isEmpty ? nil : reader.path(0, .configuration)
        }
    }

    /// The version that a word of `ssl_protocols` names.
    static func version(_ word: String) -> String? {
        ["SSLv2", "SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"].contains(word) ? word : nil
    }

    private static func sessionCache(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        for index in 0..<reader.count {
            let text = reader.string(index)
            let words = text.split(separator: ":", omittingEmptySubsequences: false)
            switch (words[0], words.count) {
            case ("off", 1): reader.scope.server.tls.sessionCache = .off
            case ("none", 1): reader.scope.server.tls.sessionCache = .none
            // Builtin beside shared: the shared one is asked first by every process, and this is one process.
            case ("builtin", 1): replaceUnlessShared(.builtin(20480), reader, index)
            case ("builtin", 2):
                guard let count = Quantity.integer(words[1].utf8) else { throw reader.fail("invalid session cache \"\(text)\"", at: index) }
                replaceUnlessShared(.builtin(count), reader, index)
            case ("shared", 3):
                guard !words[1].isEmpty, let bytes = Quantity.size(Array(words[2].utf8), allowsGiga: false) else {
                    throw reader.fail("invalid session cache \"\(text)\"", at: index)
                }
                // Eight pages, nginx's least size of a shared zone.
                guard bytes >= 32768 else { throw reader.fail("session cache \"\(text)\" is too small", at: index) }
                reader.scope.server.tls.sessionCache = .shared(name: String(words[1]), bytes: bytes)
            default: throw reader.fail("invalid session cache \"\(text)\"", at: index)
            }
        }
    }

    private static func replaceUnlessShared(_ cache: TLSSettings.SessionCache, _ reader: DirectiveReader, _ index: Int) {
        if index > 0, case .shared = reader.scope.server.tls.sessionCache { return }
        reader.scope.server.tls.sessionCache = cache
    }

    private static func checkAuthorities(_ reader: DirectiveReader) throws(ConfigurationError) {
        let tls = reader.scope.server.tls
        guard reader.context == .server, tls.verifyClient == .on || tls.verifyClient == .optional, !tls.certificates.isEmpty,
            tls.clientCertificateFile == nil, tls.trustedCertificateFile == nil
        else { return }
        throw reader.fail("no ssl_client_certificate or ssl_trusted_certificate for ssl_verify_client")
    }
}
