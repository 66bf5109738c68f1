/// Why a configuration cannot be used.
package struct ConfigurationFailure: Error, Sendable {
    /// At least one, in the order found.
    package let errors: [ConfigurationDiagnostic]
    package let warnings: [ConfigurationDiagnostic]
    package let files: [ConfigurationFile]

    package init(errors: [ConfigurationDiagnostic], warnings: [ConfigurationDiagnostic], files: [ConfigurationFile]) {
        self.errors = errors
        self.warnings = warnings
        self.files = files
    }
}
