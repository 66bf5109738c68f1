/// The defaults that depend on where the server is installed; all others stand in the settings themselves.
enum ConfigurationDefaults {
    static func apply(to scope: ConfigurationScope, errorLogPath: String) {
        let paths = scope.shared.paths
        scope.main.pidPath = paths.absolute(scope.main.pidPath, .prefix)
        let sink: LogSink = errorLogPath == "stderr" ? .standardError : .file(paths.absolute(errorLogPath, .prefix))
        let errorLogs = LevelList([ErrorLogSettings(sink: sink)])
        scope.main.errorLogs = errorLogs
        scope.location.errorLogs = errorLogs
        scope.location.accessLogs = LevelList([LogDirectives.standard(in: scope.shared)])
        scope.location.root = Template(literal: paths.absolute("html", .prefix))
        scope.location.clientBodyTempPath = paths.absolute(scope.location.clientBodyTempPath, .prefix)
        scope.location.proxy.tempPath = paths.absolute(scope.location.proxy.tempPath, .prefix)
    }
}
