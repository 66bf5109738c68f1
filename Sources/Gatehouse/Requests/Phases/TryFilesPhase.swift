import GatehouseConfig
import GatehouseRuntime
import GatehouseWire

/// `try_files`: the URI becomes the first of the named files that exists; the last argument answers when none does.
enum TryFilesPhase {
    enum Result {
        case proceed
        case finish(Disposition)
    }

    /// Blocks for a few `stat` calls, as nginx does.
    static func run(_ exchange: Exchange) -> Result {
        guard let rule = exchange.settings.tryFiles else { return .proceed }
        exchange.pathFollowsAlias = false
        let place = Place(exchange)
        for candidate in rule.candidates {
            let name = place.name(of: exchange.render(candidate.path))
            guard exists(place.root + name, isDirectory: candidate.isDirectory, exchange) else { continue }
            enter(name, place, isDirectory: candidate.isDirectory, exchange)
            return .proceed
        }
        return .finish(answer(rule.fallback, exchange))
    }

    private static func exists(_ path: [UInt8], isDirectory: Bool, _ exchange: Exchange) -> Bool {
        do throws(SystemError) {
            return (try FileStatus.of(path: path).kind == .directory) == isDirectory
        } catch {
            if !FileFailure.isAbsence(error) {
                let name = String(decoding: path, as: UTF8.self)
                exchange.generation.log(.crit, "stat() \"\(name)\" failed (\(error.code): \(error.message))", exchange)
            }
            return false
        }
    }

    private static func enter(_ name: [UInt8], _ place: Place, isDirectory: Bool, _ exchange: Exchange) {
        switch place.kind {
        case .root: exchange.path = name
        case .alias(let prefix): exchange.path = prefix + name
        case .wholeAlias:
            // The alias stands for the whole URI: a file below it is found by adding the new one.
            if isDirectory { return }
            exchange.path = name
            exchange.pathFollowsAlias = true
        }
        exchange.isTargetUntouched = false
    }

    private static func answer(_ fallback: TryFilesRule.Fallback, _ exchange: Exchange) -> Disposition {
        switch fallback {
        case .status(let status): return .status(status)
        case .named(let name): return .named(name)
        case .uri(let template):
            let target = exchange.render(template)
            if target.first == UInt8(ascii: "@") { return .named(String(decoding: target, as: UTF8.self)) }
            let question = target.firstIndex(of: UInt8(ascii: "?")) ?? target.endIndex
            let arguments = question < target.endIndex ? Array(target[(question + 1)...]) : []
            return .redirect(path: Array(target[..<question]), arguments: arguments)
        }
    }

    /// Where the names of one location are looked for.
    private struct Place {
        enum Kind {
            case root
            /// `alias` in a prefix location: the URI's beginning that it replaces.
            case alias(prefix: [UInt8])
            /// `alias` in a regex location.
            case wholeAlias
        }
        let root: [UInt8]
        let kind: Kind

        init(_ exchange: Exchange) {
            let root = exchange.documentRoot
            if exchange.settings.alias == nil {
                self.root = root.last == UInt8(ascii: "/") ? Array(root.dropLast()) : root
                kind = .root
            } else {
                self.root = root
                let length = exchange.settings.aliasedLength
                kind = length == 0 ? .wholeAlias : .alias(prefix: Array(exchange.path.prefix(length)))
            }
        }

        /// What follows `root` in the name of a rendered candidate.
        func name(of candidate: [UInt8]) -> [UInt8] {
            guard case .alias(let prefix) = kind, candidate.starts(with: prefix) else { return candidate }
            return Array(candidate.dropFirst(prefix.count))
        }
    }
}
