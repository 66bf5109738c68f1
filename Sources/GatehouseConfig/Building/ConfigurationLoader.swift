/// Reads a configuration: text to tree, tree to settings, settings to a checked value. The four steps live in `Language`, `Directives`
/// (with `Reading`), `Validation` and `Building`.
package struct ConfigurationLoader {
    /// `-p`, absolute.
    package var prefix: String
    /// `-c`, absolute or relative to the prefix.
    package var configurationPath: String
    /// `-g`
    package var globalDirectives: String
    /// `-e`: where errors go when no `error_log` says otherwise; `stderr`, or a path relative to the prefix.
    package var errorLogPath: String
    package var reader: any FileSource
    package var host: HostFacts

    package init(
        prefix: String, configurationPath: String, globalDirectives: String = "", errorLogPath: String = "logs/error.log",
        reader: any FileSource = SystemFileSource(), host: HostFacts = .current
    ) {
        self.prefix = prefix
        self.configurationPath = configurationPath
        self.globalDirectives = globalDirectives
        self.errorLogPath = errorLogPath
        self.reader = reader
        self.host = host
    }

    /// Reads everything; no file is opened besides those of the configuration itself.
    package func load() -> Result<Configuration, ConfigurationFailure> {
        let paths = ConfigurationPaths(prefix: prefix, configurationPath: configurationPath)
        let shared = SharedConfiguration(paths: paths, host: host)
        let scope = ConfigurationScope(shared: shared)
        ConfigurationDefaults.apply(to: scope, errorLogPath: errorLogPath)
        readDirectives(into: scope)
        var http: HTTPConfiguration?
        if shared.http.root != nil {
            ConfigurationValidation.check(shared)
            http = HTTPBuilding(shared: shared).build()
        }
        return result(shared, http)
    }

    private func readDirectives(into scope: ConfigurationScope) {
        let shared = scope.shared
        let parser = ConfigurationParser(source: reader, paths: shared.paths, diagnostics: shared.diagnostics)
        var nodes = parser.parse(text: Array(globalDirectives.utf8), file: SourcePosition.commandLine)
        for node in nodes where node.block != nil {
            shared.diagnostics.fail(ConfigurationError("block directives are not supported in -g option", at: node.words[0]))
        }
        nodes.removeAll { $0.block != nil }
        let ownNodes = parser.parse(file: shared.paths.absolute(configurationPath, .prefix))
        let layout = FileLayout(ownNodes)
        BlockReading.read(nodes + layout.nodes, into: scope)
        if !layout.isBare && shared.diagnostics.errors.isEmpty && !ownNodes.contains(where: { $0.name == "events" }) {
            shared.diagnostics.fail("no \"events\" section in configuration", hints: ["add \"events {}\" to the file"])
        }
    }

    private func result(_ shared: SharedConfiguration, _ http: HTTPConfiguration?) -> Result<Configuration, ConfigurationFailure> {
        let diagnostics = shared.diagnostics
        let files = diagnostics.files.filter { $0.path != SourcePosition.commandLine }
        let warnings = diagnostics.inReadingOrder(diagnostics.warnings)
        guard diagnostics.errors.isEmpty else {
            let errors = diagnostics.inReadingOrder(diagnostics.errors)
            return .failure(ConfigurationFailure(errors: errors, warnings: warnings, files: files))
        }
        return .success(Configuration(main: shared.main, http: http, files: files, warnings: warnings))
    }
}
