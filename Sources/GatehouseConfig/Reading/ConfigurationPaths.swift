/// The two places that relative paths start from.
package struct ConfigurationPaths: Sendable, Equatable {
    package enum Base: Sendable {
        /// Logs, roots, temporary directories.
        case prefix
        /// Included files, certificates, password files: beside the configuration file.
        case configuration
    }
    /// With a `/` at the end.
    package let prefix: String
    /// With a `/` at the end.
    package let configurationDirectory: String

    /// - Parameter configurationPath: absolute, or relative to the prefix.
    package init(prefix: String, configurationPath: String) {
        let rooted = prefix.hasSuffix("/") ? prefix : prefix + "/"
        self.prefix = rooted
        let path = configurationPath.hasPrefix("/") ? configurationPath : rooted + configurationPath
        let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) ?? path.startIndex
        configurationDirectory = String(path[...slash])
    }

    package func absolute(_ path: String, _ base: Base) -> String {
        if path.hasPrefix("/") { return path }
        switch base {
        case .prefix: return prefix + path
        case .configuration: return configurationDirectory + path
        }
    }
}
