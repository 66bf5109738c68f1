import GatehouseConfig
import GatehouseWire

/// `return`: a status, a text or a redirect.
enum ReturnHandler {
    static func answer(_ rule: ReturnRule, _ exchange: Exchange) -> Disposition {
        if rule.status == 444 { return .close }
        guard let body = rule.body else { return .status(rule.status) }
        let text = exchange.render(body)
        switch rule.status {
        case 301, 302, 303, 307, 308:
            exchange.response.location = text
            return .status(rule.status)
        default:
            return .text(status: rule.status, text)
        }
    }
}
