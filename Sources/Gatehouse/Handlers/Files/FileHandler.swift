import GatehouseConfig
import GatehouseRuntime
import GatehouseWire

/// Answers with the files below `root` or `alias`: what nginx's index and static modules do.
enum FileHandler {
    static func answer(_ exchange: Exchange) async -> Disposition {
        switch exchange.method {
        case .get, .head, .post: break
        default: return .status(405)
        }
        if exchange.settings.alias != nil && !exchange.pathMatchesLocation { return refuseAlias(exchange) }
        if exchange.path.last == UInt8(ascii: "/") { return DirectoryIndex.answer(exchange) }
        let path = exchange.filename
        let opened: (file: File, status: FileStatus)
        do throws(SystemError) {
            opened = try open(path)
        } catch {
            return FileFailure.disposition(of: error, opening: path, exchange)
        }
        switch opened.status.kind {
        case .directory: return redirectToSlash(exchange)
        case .regular: break
        case .symbolicLink, .socket, .other:
            exchange.generation.log(.crit, "\"\(String(decoding: path, as: UTF8.self))\" is not a regular file", exchange)
            return .status(404)
        }
        if exchange.method == .post { return .status(405) }
        return await FileAnswer(opened.file, opened.status).send(exchange)
    }

    /// What `alias` would replace is no longer in the path.
    private static func refuseAlias(_ exchange: Exchange) -> Disposition {
        exchange.generation.log(
            .alert, "\"alias\" cannot be used in location \"\(exchange.location.name)\" where URI was rewritten", exchange)
        return .status(500)
    }

    private static func open(_ path: [UInt8]) throws(SystemError) -> (file: File, status: FileStatus) {
        let file = try File(path: path)
        return (file, try file.status())
    }

    /// A directory asked for without its slash: relative links of its index would lead elsewhere.
    private static func redirectToSlash(_ exchange: Exchange) -> Disposition {
        var target = URIEscaping.escape(exchange.path, .uri) + [UInt8(ascii: "/")]
        if !exchange.arguments.isEmpty { target += [UInt8(ascii: "?")] + exchange.arguments }
        exchange.response.location = target
        return .status(301)
    }
}
