import GatehouseConfig
import GatehousePolicy
import GatehouseWire

/// `add_header`, `add_trailer`, `expires`: fields that the configuration adds to an answer before its head is sent.
enum AddedFields {
    /// Statuses that get added fields without `always` (nginx's list).
    private static func isUsual(_ status: Int) -> Bool {
        switch status {
        case 200, 201, 204, 206, 301, 302, 303, 304, 307, 308: true
        default: false
        }
    }

    static func apply(to exchange: Exchange) {
        let location = exchange.location
        let isUsual = isUsual(exchange.response.status)
        applyExpires(location.settings.expires, isUsual: isUsual, exchange)
        for rule in location.settings.addHeaders.elements where isUsual || rule.isAlways {
            let value = exchange.render(rule.value)
            if value.isEmpty && rule.id != .lastModified && rule.id != .etag { continue }
            add(rule, value, exchange)
        }
        exchange.response.expectsTrailers = location.settings.addTrailers.elements.contains { isUsual || $0.isAlways }
    }

    /// `add_trailer`: computed when the body ends, so that they can tell what became of it.
    static func applyTrailers(to exchange: Exchange) {
        exchange.response.expectsTrailers = false
        let isUsual = isUsual(exchange.response.status)
        for rule in exchange.location.settings.addTrailers.elements where isUsual || rule.isAlways {
            let value = exchange.render(rule.value)
            if !value.isEmpty { exchange.response.trailers.append(name: rule.name, value: value) }
        }
    }

    private static func add(_ rule: HeaderRule, _ value: [UInt8], _ exchange: Exchange) {
        switch rule.id {
        case .lastModified: exchange.response.lastModified = value
        case .etag:
            exchange.response.fields.remove(.etag)
            if !value.isEmpty { exchange.response.fields.append(name: rule.name, value: value) }
        default: exchange.response.fields.append(name: rule.name, value: value)
        }
    }

    private static func applyExpires(_ setting: ExpiresSettings, isUsual: Bool, _ exchange: Exchange) {
        guard isUsual else { return }
        let rule: ExpiresRule?
        switch setting {
        case .off: return
        case .rule(let fixed): rule = fixed
        case .template(let template, let isModified): rule = try? ExpiresRule(exchange.renderText(template), isModified: isModified)
        }
        guard let rule else { return }
        let modified = HTTPDate.parse(exchange.response.lastModified)
        guard let fields = rule.fields(now: exchange.context.loop.wallClock.seconds, lastModified: modified) else { return }
        exchange.response.fields.remove(.expires)
        exchange.response.fields.remove(.cacheControl)
        exchange.response.fields.append(.expires, HTTPDate.format(fields.expires))
        exchange.response.fields.append(.cacheControl, Array(fields.cacheControl.text.utf8))
    }
}
