import Gatehouse
import Glibc

/// Where things are when the command line does not say.
enum DefaultPaths {
    static let prefix = "/etc/gatehouse/"
    static let configuration = "gatehouse.conf"
    /// Read where the one above does not exist, so that a machine with nginx needs no other file.
    static let nginxConfiguration = "/etc/nginx/nginx.conf"
    static let errorLog = "logs/error.log"
}

extension StartOptions {
    /// With a prefix everything is as in nginx. Without one, `-c` may also name a file in the working directory, and where no prefix
    /// is installed the configuration file's directory is it: a file can be tried anywhere.
    /// - Parameter program: the program's name and all arguments.
    init(_ paths: PathArguments, directory: String, program: [String], exists: (String) -> Bool) {
        let configuration = Self.configuration(paths, directory: directory, exists: exists)
        let prefix = Self.prefix(paths, configuration: configuration, directory: directory, exists: exists)
        self.init(prefix: prefix, configurationPath: configuration, errorLogPath: "", globalDirectives: paths.globalDirectives)
        let errorLog = paths.errorLogPath ?? DefaultPaths.errorLog
        errorLogPath = errorLog == "stderr" ? errorLog : Self.absolute(errorLog, in: self.prefix)
        needsErrorLog = paths.errorLogPath != nil
        isQuiet = paths.isQuiet
        arguments = program
    }

    private static func configuration(_ paths: PathArguments, directory: String, exists: (String) -> Bool) -> String {
        if let prefix = paths.prefix {
            return absolute(paths.configurationPath ?? DefaultPaths.configuration, in: absolute(prefix, in: directory))
        }
        if let path = paths.configurationPath {
            let installed = absolute(path, in: DefaultPaths.prefix)
            return exists(installed) ? installed : absolute(path, in: directory)
        }
        let own = absolute(DefaultPaths.configuration, in: DefaultPaths.prefix)
        return !exists(own) && exists(DefaultPaths.nginxConfiguration) ? DefaultPaths.nginxConfiguration : own
    }

    private static func prefix(
        _ paths: PathArguments, configuration: String, directory: String, exists: (String) -> Bool
    ) -> String {
        if let prefix = paths.prefix { return absolute(prefix, in: directory) }
        if exists(DefaultPaths.prefix) || paths.configurationPath == nil { return DefaultPaths.prefix }
        let folder = configuration.lastIndex(of: "/").map { configuration[..<$0] } ?? ""
        return folder + "/"
    }

    private static func absolute(_ path: String, in directory: String) -> String {
        if path.hasPrefix("/") { return path }
        return directory.hasSuffix("/") ? directory + path : directory + "/" + path
    }
}
