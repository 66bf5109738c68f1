import GatehouseConfig
import GatehouseWire

/// Name and version in `Server` and on error pages: `server_tokens`.
enum ServerSignature {
    static func appendField(of exchange: Exchange, to out: ByteBuffer) {
        switch exchange.location.settings.serverTokens {
        case .on, .build: out.append("Server: nginx/1.31.4\r\n")
        case .off: out.append("Server: nginx\r\n")
        case .text(let template):
            let text = exchange.render(template)
            if text.isEmpty { return }
            out.append("Server: ")
            out.append(text)
            out.append("\r\n")
        }
    }

    /// The line at the foot of an error page; empty where none is wanted.
    static func text(of exchange: Exchange) -> String {
        switch exchange.location.settings.serverTokens {
        case .on, .build: "nginx/\(ProductVersion.compatibleNginx)"
        case .off: "nginx"
        case .text(let template): exchange.renderText(template)
        }
    }
}
