/// What all blocks of one load have in common. Confined to that load.
package final class SharedConfiguration {
    package let paths: ConfigurationPaths
    package let host: HostFacts
    package let diagnostics: DiagnosticCollection
    package var main = MainSettings()
    package let http = HTTPDraft()
    /// Every location made so far, by its number.
    package private(set) var locations: [LocationConfiguration] = []

    package init(
        paths: ConfigurationPaths, diagnostics: DiagnosticCollection = DiagnosticCollection(),
        host: HostFacts = HostFacts(name: "localhost", isPrivileged: true)
    ) {
        self.paths = paths
        self.host = host
        self.diagnostics = diagnostics
    }

    /// Makes a location with the next number.
    package func addLocation(_ make: (_ number: Int) -> LocationConfiguration) -> LocationConfiguration {
        let location = make(locations.count)
        locations.append(location)
        return location
    }
}
