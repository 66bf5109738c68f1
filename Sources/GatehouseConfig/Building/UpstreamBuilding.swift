/// Completes the groups with what the `http` block says, wherever it stands there.
struct UpstreamBuilding {
    let shared: SharedConfiguration
    /// The settings at `http` level.
    let root: LocationConfiguration

    func build() -> [UpstreamSettings] {
        shared.http.upstreams.groups.map { group in
            var group = group
            giveResolver(to: &group)
            for index in group.healthChecks.indices { complete(&group.healthChecks[index]) }
            return group
        }
    }

    private func giveResolver(to group: inout UpstreamSettings) {
        var resolver = group.resolver ?? root.settings.resolver
        resolver?.timeout = group.resolverTimeout ?? root.settings.resolver?.timeout ?? ResolverSettings().timeout
        group.resolver = resolver
        guard resolver?.isOff ?? true, group.servers.contains(where: { $0.nameToResolve != nil }) else { return }
        shared.diagnostics.fail(
            ConfigurationError(
                "no resolver defined to resolve names at run time in upstream \"\(group.name)\"", at: group.position, length: 8,
                hints: ["\"resolver system;\" asks the name servers of this machine"]))
    }

    /// The settings and the `match` block of a health check.
    private func complete(_ check: inout HealthCheckSettings) {
        if check.isOfGroup { check.proxy = root.settings.proxy }
        guard let word = check.matchName else { return }
        let name = String(word.text.dropFirst("match=".count))
        guard let match = shared.http.matches[name] else {
            let hint = "define it in \"http\", as in \"match \(name) { status 200; }\""
            return shared.diagnostics.fail(ConfigurationError("match \"\(name)\" is not defined", at: word, hints: [hint]))
        }
        check.match = match.response
        check.required = match.required
        if !match.required.isEmpty { check.slots = shared.http.variables.all }
    }
}
