import GatehouseConfig
import GatehouseRuntime
import Glibc

/// `index`: which file answers for a directory.
enum DirectoryIndex {
    /// Redirects inside to the first index file that exists; 403 where there is none.
    static func answer(_ exchange: Exchange) -> Disposition {
        let directory = exchange.filename
        var isDirectoryKnown = false
        for name in exchange.settings.index.elements.map({ exchange.render($0) }) {
            // An absolute one is a URI and need not be tested.
            if name.first == UInt8(ascii: "/") { return .redirect(path: name, arguments: exchange.arguments) }
            do throws(SystemError) {
                let status = try FileStatus.of(path: directory + name)
                if status.kind == .directory { continue }
                return .redirect(path: exchange.path + name, arguments: exchange.arguments)
            } catch {
                if error.code != ENOENT { return FileFailure.disposition(of: error, opening: directory + name, exchange) }
            }
            if !isDirectoryKnown, let refused = refusal(ofDirectory: directory, exchange) { return refused }
            isDirectoryKnown = true
        }
        return forbidden(directory, exchange)
    }

    private static func forbidden(_ directory: [UInt8], _ exchange: Exchange) -> Disposition {
        let name = String(decoding: directory, as: UTF8.self)
        exchange.generation.log(.error, "directory index of \"\(name)\" is forbidden", exchange)
        return .status(403)
    }

    /// - Returns: `nil` where the directory exists and only the file is missing.
    private static func refusal(ofDirectory directory: [UInt8], _ exchange: Exchange) -> Disposition? {
        let name = String(decoding: directory, as: UTF8.self)
        do throws(SystemError) {
            if try FileStatus.of(path: directory).kind == .directory { return nil }
            exchange.generation.log(.error, "\"\(name)\" is not a directory", exchange)
            return .status(500)
        } catch {
            guard FileFailure.isAbsence(error) else { return FileFailure.disposition(of: error, opening: directory, exchange) }
            if exchange.settings.logsNotFound {
                exchange.generation.log(.error, "\"\(name)index.html\" is not found (\(error.code): \(error.message))", exchange)
            }
            return .status(404)
        }
    }
}
