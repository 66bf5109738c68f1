/// TLS towards upstreams.
enum ProxyTLSDirectives {
    static let rows: [DirectiveRow] = [
        row("proxy_ssl_certificate", "Certificate shown to upstreams.") { reader in
            reader.scope.location.proxy.tls.certificate = reader.bytes(0).isEmpty ? nil : try reader.certificate(0)
        },
        row("proxy_ssl_certificate_key", "Its key.") { reader in
            reader.scope.location.proxy.tls.key = reader.bytes(0).isEmpty ? nil : try reader.certificate(0)
        },
        DirectiveRow(
            "proxy_ssl_certificate_cache", .everyLevel, .between(1, 3), default: "off", "Keeps certificates that are named by variables."
        ) { reader in
            reader.scope.location.proxy.tls.certificateCache = try CertificateCacheSettings.read(reader)
        },
        row("proxy_ssl_password_file", "Passphrases of the key.") { reader in
            reader.scope.location.proxy.tls.passwordFile = reader.path(0, .configuration)
        },
        row("proxy_ssl_ciphers", default: "DEFAULT", "Ciphers offered, in OpenSSL's words.") { reader in
            reader.scope.location.proxy.tls.ciphers = reader.string(0)
        },
        DirectiveRow(
            "proxy_ssl_protocols", .everyLevel, .atLeast(1), repeats: true, default: "TLSv1.2 TLSv1.3", "Versions offered."
        ) { reader in
            reader.scope.location.proxy.tls.protocols = try reader.words(
                addedTo: reader.scope.location.proxy.tls.protocols, TLSDirectives.version)
        },
        row("proxy_ssl_name", default: "$proxy_host", "The name asked for and verified.") { reader in
            reader.scope.location.proxy.tls.name = try reader.template(0)
        },
        .flag(
            "proxy_ssl_server_name", .everyLevel, location: \.proxy.tls.sendsServerName, default: "off",
            "Sends the name in the ClientHello."),
        .flag("proxy_ssl_session_reuse", .everyLevel, location: \.proxy.tls.reusesSessions, default: "on", "Resumes sessions."),
        .flag("proxy_ssl_verify", .everyLevel, location: \.proxy.tls.verifies, default: "off", "Verifies the upstream's certificate."),
        .number(
            "proxy_ssl_verify_depth", .everyLevel, location: \.proxy.tls.verifyDepth, default: "1",
            "How long a chain of certificates may be."),
        row("proxy_ssl_trusted_certificate", "Authorities trusted.") { reader in
            reader.scope.location.proxy.tls.trustedCertificateFile = reader.path(0, .configuration)
        },
        row("proxy_ssl_crl", "Revoked certificates.") { reader in
            reader.scope.location.proxy.tls.revocationListFile = reader.path(0, .configuration)
        },
        DirectiveRow(
            "proxy_ssl_conf_command", .everyLevel, .exactly(2), repeats: true, "A command of OpenSSL's own configuration."
        ) { reader in
            let command = (name: reader.string(0), value: reader.string(1))
            reader.scope.location.proxy.tls.configurationCommands.append(command, level: reader.depth)
        },
    ]

    private static func row(
        _ name: String, default value: String? = nil, _ summary: String, read: @escaping DirectiveRow.Read
    ) -> DirectiveRow {
        DirectiveRow(name, .everyLevel, .exactly(1), default: value, summary, read: read)
    }

    /// What TLS towards an upstream needs of the other directives; only where a location passes requests that way.
    static func check(_ reader: DirectiveReader) throws(ConfigurationError) {
        let tls = reader.scope.location.proxy.tls
        if let certificate = tls.certificate, tls.key == nil {
            throw reader.fail("no \"proxy_ssl_certificate_key\" is defined for certificate \"\(certificate.source)\"")
        }
        if tls.verifies && tls.trustedCertificateFile == nil { throw reader.fail("no proxy_ssl_trusted_certificate for proxy_ssl_verify") }
    }
}
