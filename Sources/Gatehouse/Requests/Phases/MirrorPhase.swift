import GatehouseConfig
import GatehousePolicy

/// `mirror`: copies of a request go to other locations, and nobody waits for them.
enum MirrorPhase {
    /// Whether the location has mirrors; nearly none has. What is itself a copy is not copied.
    static func isNeeded(_ exchange: Exchange) -> Bool {
        !exchange.location.settings.mirror.targets.isEmpty && !exchange.isSubrequest && exchange.method != .connect
    }

    /// - Returns: an answer when the body, which the copies are to have, cannot be read.
    static func run(_ exchange: Exchange) async -> Disposition? {
        if exchange.location.settings.mirror.takesBody, exchange.hasRequestBody, let refused = await exchange.readBody() { return refused }
        for target in exchange.location.settings.mirror.targets.elements { start(target, exchange) }
        return nil
    }

    private static func start(_ target: [UInt8], _ exchange: Exchange) {
        let background = exchange.context.background
        let limit = exchange.location.settings.mirror.limit
        switch background.admission.asked(limit: limit, now: exchange.context.loop.now) {
        case .start:
            background.start(Subrequest(of: exchange, path: target, arguments: exchange.arguments, answering: DroppingClient()))
        case .skip(let report):
            guard let report else { return }
            exchange.generation.log(
                .warn, "\(report) requests were not mirrored, as many as \"mirror_limit\" allows (\(limit)) are under way", exchange)
        }
    }
}
