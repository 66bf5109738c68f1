/// Checks that need more than one directive, made when all have been read.
enum ConfigurationValidation {
    static func check(_ shared: SharedConfiguration) {
        for server in shared.http.servers { checkKeys(server, shared.diagnostics) }
    }

    /// Each certificate needs its key.
    private static func checkKeys(_ server: ServerDraft, _ diagnostics: DiagnosticCollection) {
        let tls = server.settings.tls
        guard tls.keys.elements.count < tls.certificates.elements.count, let last = tls.certificates.elements.last else { return }
        diagnostics.fail(
            ConfigurationError("no \"ssl_certificate_key\" is defined for certificate \"\(last.source)\"", at: server.position, length: 6))
    }
}
