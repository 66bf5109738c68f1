import GatehouseConfig
import GatehousePolicy
import GatehouseWire

/// Answers with a status: through the `error_page` that the configuration names for it, else with a small page of our own.
enum ErrorPages {
    static func hasPage(for status: Int, _ exchange: Exchange) -> Bool {
        exchange.location.settings.errorPages.elements.contains { $0.statuses.contains(status) }
    }

    static func answer(_ exchange: Exchange, status: Int) async -> Disposition {
        if exchange.response.isStarted { return .done }
        if status == 0 || status == 499 { return .done }
        let mayUsePage = exchange.errorStatus == nil || exchange.location.settings.recursesErrorPages
        if mayUsePage, status >= 300,
            let rule = exchange.location.settings.errorPages.elements.first(where: { $0.statuses.contains(status) })
        {
            return await answer(exchange, status: status, with: rule)
        }
        // `return` with a success keeps the status the page is shown for; an error or redirect of the page itself replaces it.
        if status < 300 { return await ownPage(exchange, status: exchange.overridingStatus(status), isEmpty: true) }
        exchange.pageStatus = nil
        return await ownPage(exchange, status: status)
    }

    private static func answer(_ exchange: Exchange, status: Int, with rule: ErrorPageRule) async -> Disposition {
        exchange.errorStatus = status
        switch rule.newStatus {
        case .keep: exchange.pageStatus = .fixed(status)
        case .ofPage: exchange.pageStatus = .ofPage
        case .fixed(let new): exchange.pageStatus = .fixed(new)
        }
        switch rule.target {
        case .named(let name):
            return .named(name)
        case .uri(let template):
            let target = exchange.render(template)
            if target.first == UInt8(ascii: "/") { return redirectInside(exchange, target) }
            // A URL of another place: the client is sent there.
            exchange.response.location = target
            var new = 302
            if case .fixed(let code) = rule.newStatus, [301, 302, 303, 307, 308].contains(code) { new = code }
            exchange.pageStatus = nil
            return await ownPage(exchange, status: new)
        }
    }

    private static func redirectInside(_ exchange: Exchange, _ target: [UInt8]) -> Disposition {
        if exchange.method != .head { exchange.method = .get }
        let question = target.firstIndex(of: UInt8(ascii: "?")) ?? target.endIndex
        let arguments = question < target.endIndex ? Array(target[(question + 1)...]) : []
        return .redirect(path: Array(target[..<question]), arguments: arguments)
    }

    // MARK: Own pages

    private static func ownPage(_ exchange: Exchange, status: Int, isEmpty: Bool = false) async -> Disposition {
        let shown = ShownStatus(status)
        prepareHead(exchange, shown)
        if closesConnection(status) {
            exchange.response.closesConnection = true
        } else if await exchange.dismissBody() != nil {
            exchange.response.closesConnection = true
        }
        if shown.status == 204 || shown.status == 304 || shown.status < 200 {
            exchange.response.hasNoBody = true
            exchange.response.contentLength = nil
            exchange.response.contentType = []
            return await exchange.sendWhole(nil)
        }
        let text = isEmpty ? [] : page(shown, exchange)
        return await exchange.answer(status: shown.status, contentType: isEmpty ? [] : Array("text/html".utf8), text: text)
    }

    private static func prepareHead(_ exchange: Exchange, _ shown: ShownStatus) {
        let location = exchange.response.location
        let fields = exchange.response.fields
        exchange.response.clearHead()
        exchange.response.status = shown.status
        if (201...308).contains(shown.status) { exchange.response.location = location }
        if let kept = keptField(of: shown.status) {
            fields.indices(of: kept).forEach { exchange.response.fields.append(at: $0, of: fields) }
        }
    }

    /// What an answer of ours keeps of the fields that were set before it was known to be one.
    private static func keptField(of status: Int) -> FieldName? {
        switch status {
        case 401: .wwwAuthenticate
        case 407: .proxyAuthenticate
        case 416: .contentRange
        case 503: .retryAfter
        default: nil
        }
    }

    /// As nginx: after these nothing more can be read from the connection with confidence.
    private static func closesConnection(_ status: Int) -> Bool {
        switch status {
        case 400, 413, 414, 494, 495, 496, 497, 408, 500, 501: true
        default: false
        }
    }

    private static func page(_ shown: ShownStatus, _ exchange: Exchange) -> [UInt8] {
        let title = shown.title
        let signature = ServerSignature.text(of: exchange)
        let footer = signature.isEmpty ? "" : "<hr><center>\(signature)</center>\r\n"
        let html = """
            <html>\r
            <head><title>\(title)</title></head>\r
            <body>\r
            <center><h1>\(title.split(separator: "\u{0}").joined())</h1></center>\r
            \(shown.detail)\(footer)</body>\r
            </html>\r\n
            """
        return Array(html.utf8)
    }

    /// What the client sees: nginx's internal 494 to 498 are all 400 on the wire.
    private struct ShownStatus {
        let status: Int
        let title: String
        let detail: String

        init(_ status: Int) {
            switch status {
            case 494: (self.status, title) = (400, "400 Request Header Or Cookie Too Large")
            case 495: (self.status, title) = (400, "400 The SSL certificate error")
            case 496: (self.status, title) = (400, "400 No required SSL certificate was sent")
            case 497: (self.status, title) = (400, "400 The plain HTTP request was sent to HTTPS port")
            default:
                self.status = status
                let phrase = StatusReason.phrase(status)
                title = phrase.isEmpty ? "\(status)" : "\(status) \(phrase)"
            }
            detail = (494...497).contains(status) ? "<center>\(title.dropFirst(4))</center>\r\n" : ""
        }
    }
}
