import GatehouseConfig
import Testing

/// Configuration files in a dictionary.
struct MemoryFileSource: FileSource {
    var files: [String: String]

    func read(_ path: String) throws(FileSourceError) -> [UInt8] {
        guard let text = files[path] else { throw FileSourceError(reason: "2: No such file or directory") }
        return Array(text.utf8)
    }

    /// Knows one `*` in the last component, which is all that the tests need.
    func glob(_ pattern: String) -> [String] {
        let parts = pattern.split(separator: "*", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        return files.keys.filter { $0.hasPrefix(parts[0]) && $0.hasSuffix(parts[1]) }.sorted()
    }
}

/// Loads a configuration whose main file is `/etc/gatehouse/nginx.conf`.
func load(
    _ text: String, including others: [String: String] = [:], global: String = "", isPrivileged: Bool = true
) -> Result<Configuration, ConfigurationFailure> {
    var files = others
    files["/etc/gatehouse/nginx.conf"] = text
    return ConfigurationLoader(
        prefix: "/srv/gatehouse", configurationPath: "/etc/gatehouse/nginx.conf", globalDirectives: global,
        reader: MemoryFileSource(files: files), host: HostFacts(name: "box.example", isPrivileged: isPrivileged)
    ).load()
}

/// nginx's sentences of all errors.
func errors(_ text: String, including others: [String: String] = [:], global: String = "") -> [String] {
    switch load(text, including: others, global: global) {
    case .success: []
    case .failure(let failure): failure.errors.map(\.sentence)
    }
}

/// nginx's sentences of all warnings of a configuration that is otherwise right.
func warnings(_ text: String) throws -> [String] {
    try load(text).get().warnings.map(\.sentence)
}

/// The `http` part of a configuration that must be right.
func http(_ text: String) throws -> HTTPConfiguration {
    try #require(try load(text).get().http)
}
