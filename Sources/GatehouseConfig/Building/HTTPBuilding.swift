import GatehousePolicy
import GatehouseWire

/// Makes the value that requests are served from of what the directives gathered.
struct HTTPBuilding {
    let shared: SharedConfiguration

    func build() -> HTTPConfiguration? {
        guard let root = shared.http.root else { return nil }
        let servers = shared.http.servers.enumerated().compactMap { number, draft in server(draft, number: number) }
        let listeners = ListenerBuilding(shared: shared).build(servers)
        for (name, word) in shared.http.variables.undefined {
            shared.diagnostics.fail(ConfigurationError("unknown \"\(name)\" variable", at: word))
        }
        for (name, word) in shared.http.domainSets.undefined {
            shared.diagnostics.fail(ConfigurationError("unknown domain_set \"\(name)\"", at: word))
        }
        for (name, word) in shared.http.connectionZones.undefined + shared.http.bandwidthZones.undefined {
            // nginx's sentence: such a zone has no size yet.
            shared.diagnostics.fail(ConfigurationError("zero size shared memory zone \"\(name)\"", at: word))
        }
        var http = HTTPConfiguration(
            servers: servers, listeners: listeners, upstreams: UpstreamBuilding(shared: shared, root: root).build(),
            canaries: shared.http.upstreams.canaries, slots: shared.http.variables.all, root: root,
            allLocations: shared.locations, showsRequestBody: shared.http.variables.showsRequestBody,
            domainSets: shared.http.domainSets.sets, exits: shared.http.exits)
        http.connectionZones = shared.http.connectionZones.all
        http.bandwidthZones = shared.http.bandwidthZones.all
        return http
    }

    private func server(_ draft: ServerDraft, number: Int) -> ServerConfiguration? {
        guard let root = draft.root else { return nil }
        var listens = draft.listens
        if listens.isEmpty {
            let port = shared.host.isPrivileged ? 80 : 8000
            listens = [ListenSettings(address: .ip(.v4(0), port: port), position: draft.position)]
        }
        let locations = LocationBuilding(draft.locations, diagnostics: shared.diagnostics)
        return ServerConfiguration(
            number: number, names: draft.names.isEmpty ? [.exact("")] : draft.names, primaryName: draft.primaryName ?? [], listens: listens,
            settings: draft.settings, root: root, locations: locations.tree, namedLocations: locations.named,
            acceptsConnect: draft.acceptsConnect, position: draft.position)
    }
}
