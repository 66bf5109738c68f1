import GatehouseConfig
import GatehouseWire

/// `stub_status`: the seven counters, as monitoring tools parse them.
enum StatusPageHandler {
    static func answer(_ exchange: Exchange) async -> Disposition {
        guard exchange.method == .get || exchange.method == .head else { return .status(405) }
        if let refused = await exchange.dismissBody() { return refused }
        let sum = exchange.generation.facts.counters.sum
        let text = """
            Active connections: \(sum.active)\u{20}
            server accepts handled requests
             \(sum.accepted) \(sum.handled) \(sum.requests)\u{20}
            Reading: \(sum.reading) Writing: \(sum.writing) Waiting: \(sum.waiting)\u{20}

            """
        return await exchange.answer(status: 200, contentType: Array("text/plain".utf8), text: Array(text.utf8))
    }
}
