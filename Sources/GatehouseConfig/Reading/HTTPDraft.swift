import GatehousePolicy

/// The parts of `http` that do not belong to one block: groups, formats, variables, servers.
package final class HTTPDraft {
    package let variables = VariableRegistry()
    package var upstreams = UpstreamRegistry()
    package var logFormats: [String: LogFormat] = [:]
    package var servers: [ServerDraft] = []
    /// The settings at `http` level; `nil` without an `http` block.
    package var root: LocationConfiguration?
    /// Files of buffered access logs, each with the first directive that buffers it.
    package var bufferedLogs: [String: AccessLogSettings] = [:]
    /// `match` blocks by name.
    package var matches: [String: MatchSettings] = [:]
    package var domainSets = DomainSetRegistry()
    package var exits: [ForwardExitSettings] = []
    package var connectionZones = LimitZoneRegistry<ConnectionZoneSettings>()
    package var bandwidthZones = LimitZoneRegistry<BandwidthZoneSettings>()

    package init() {}
}
