import GatehouseConfig
import GatehouseRuntime
import GatehouseWire

/// A `canary` block put to work. A class, because requests hold it and its settings are many.
package final class CanaryEntry: Sendable {
    package let settings: CanarySettings
    package let router: CanaryRouter
    package let baseline: UpstreamGroup
    package let canary: UpstreamGroup

    init(settings: CanarySettings, router: CanaryRouter, baseline: UpstreamGroup, canary: UpstreamGroup) {
        self.settings = settings
        self.router = router
        self.baseline = baseline
        self.canary = canary
    }

    /// One for each block, in their order.
    package static func makeAll(
        _ http: HTTPConfiguration, groups: [UpstreamGroup], environment: GenerationEnvironment
    ) throws(AssemblyError) -> [CanaryEntry] {
        var entries: [CanaryEntry] = []
        for settings in http.canaries {
            let (baseline, canary) = (groups[settings.baseline], groups[settings.canary])
            let router = try environment.canaries.router(
                for: settings, baseline: baseline.settings.name, canary: canary.settings.name, now: .now, log: environment.log)
            entries.append(CanaryEntry(settings: settings, router: router, baseline: baseline, canary: canary))
        }
        return entries
    }

    func upkeep(log: ErrorLog) -> CanaryUpkeep {
        let file = CanaryStateFile(settings, baseline: baseline.settings.name, canary: canary.settings.name)
        return CanaryUpkeep(router: router, settings: settings, stateFile: file, log: log)
    }
}
