/// What a `server` block gathers besides its settings.
package struct ServerDraft {
    package var listens: [ListenSettings] = []
    package var names: [ServerName] = []
    /// As first written, for `$server_name`.
    package var primaryName: [UInt8]?
    package var position = SourcePosition(file: "", line: 0, column: 0)
    package var settings = ServerSettings()
    /// The finished location settings of the server level.
    package var root: LocationConfiguration?
    package var locations: [LocationDraft] = []
    /// Some location opens tunnels.
    package var acceptsConnect = false

    package init() {}
}
