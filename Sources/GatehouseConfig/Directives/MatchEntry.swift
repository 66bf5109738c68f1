import GatehousePattern
import GatehousePolicy

/// The lines of a `match` block: `status`, `header`, `body` and `require`.
enum MatchEntry {
    static func apply(_ entry: DirectiveReader, to match: inout MatchSettings) throws(ConfigurationError) {
        switch entry.name {
        case "status": match.response.statuses.append(try statuses(entry))
        case "header": match.response.headers.append(try header(entry))
        case "body": match.response.bodies.append(try body(entry))
        case "require": match.required += try required(entry)
        default:
            let hint = "a match takes \"status\", \"header\", \"body\" and \"require\""
            throw entry.fail("unknown directive \"\(entry.name)\"", hints: [hint])
        }
    }

    // MARK: require

    /// `require $NAME …`.
    private static func required(_ entry: DirectiveReader) throws(ConfigurationError) -> [RequiredVariable] {
        if entry.count == 0 {
            throw entry.fail("invalid number of arguments in \"require\"", hints: ["as in \"require $upstream_http_x_ready\""])
        }
        var all: [RequiredVariable] = []
        for index in 0..<entry.count {
            guard let template = try? entry.template(index), template.parts.count == 1, case .variable(let reference) = template.parts[0]
            else { throw entry.fail("invalid variable name \"\(entry.string(index))\"", at: index) }
            if !reference.isKnownToProbes {
                throw entry.fail("\"\(entry.string(index))\" is always empty in a health check", at: index, hints: [known])
            }
            all.append(
                RequiredVariable(
                    name: String(entry.string(index).drop { $0 == "$" || $0 == "{" }.prefix { $0 != "}" }), reference: reference))
        }
        return all
    }

    private static let known =
        "no client asks; there are $upstream_http_NAME, $upstream_cookie_NAME, $upstream_status, $upstream_addr, $upstream_header_time, "
        + "$proxy_host, $proxy_port, and what \"map\", \"geo\" and \"split_clients\" make of them"

    // MARK: status

    /// `status [!] CODE | FROM-TO …`.
    private static func statuses(_ entry: DirectiveReader) throws(ConfigurationError) -> StatusSet {
        let isNegated = entry.count > 0 && entry.string(0) == "!"
        var ranges: [ClosedRange<Int>] = []
        for index in (isNegated ? 1 : 0)..<max(entry.count, isNegated ? 1 : 0) { ranges.append(try range(entry, index)) }
        if ranges.isEmpty {
            throw entry.fail("invalid number of arguments in \"status\"", hints: ["as in \"status 200\", \"status ! 500-599\""])
        }
        return StatusSet(ranges, isNegated: isNegated)
    }

    private static func range(_ entry: DirectiveReader, _ index: Int) throws(ConfigurationError) -> ClosedRange<Int> {
        let ends = entry.bytes(index).split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false).map { Quantity.integer($0) }
        guard let first = ends[0], let last = ends.count == 2 ? ends[1] : first, ends.count <= 2, (100...599).contains(first),
            (first...599).contains(last)
        else {
            let hint = "a status is a number from 100 to 599, a range has the lower one first, as in \"200-399\""
            throw entry.fail("invalid status \"\(entry.string(index))\"", at: index, hints: [hint])
        }
        return first...last
    }

    // MARK: header

    /// `header NAME`, `header ! NAME`, `header NAME =|!=|~|!~ VALUE`.
    private static func header(_ entry: DirectiveReader) throws(ConfigurationError) -> ResponseMatch.HeaderTest {
        switch entry.count {
        case 1 where entry.string(0) != "!": return .init(name: entry.bytes(0), .isPresent)
        case 2 where entry.string(0) == "!": return .init(name: entry.bytes(1), .isPresent, isNegated: true)
        case 3:
            let (condition, isNegated) = try condition(entry)
            return .init(name: entry.bytes(0), condition, isNegated: isNegated)
        default:
            let hint = "as in \"header Refresh\", \"header ! Refresh\", \"header Content-Type = text/html\", \"header Connection ~ close\""
            throw entry.fail("invalid number of arguments in \"header\"", hints: [hint])
        }
    }

    private static func condition(
        _ entry: DirectiveReader
    ) throws(ConfigurationError) -> (ResponseMatch.Condition, isNegated: Bool) {
        switch entry.string(1) {
        case "=": return (.equals(entry.bytes(2)), false)
        case "!=": return (.equals(entry.bytes(2)), true)
        case "~": return (.matches(try pattern(entry, 2)), false)
        case "!~": return (.matches(try pattern(entry, 2)), true)
        case "~*": return (.matches(try pattern(entry, 2, ignoresCase: true)), false)
        case "!~*": return (.matches(try pattern(entry, 2, ignoresCase: true)), true)
        default:
            let hint = "it has to be \"=\", \"!=\", \"~\", \"!~\", \"~*\" or \"!~*\""
            throw entry.fail("invalid operator \"\(entry.string(1))\"", at: 1, hints: [hint])
        }
    }

    // MARK: body

    /// `body ~|!~ PATTERN`.
    private static func body(_ entry: DirectiveReader) throws(ConfigurationError) -> ResponseMatch.BodyTest {
        let hint = "as in \"body ~ Welcome\", \"body !~ maintenance\""
        guard entry.count == 2 else { throw entry.fail("invalid number of arguments in \"body\"", hints: [hint]) }
        switch entry.string(0) {
        case "~": return .init(try pattern(entry, 1))
        case "!~": return .init(try pattern(entry, 1), isNegated: true)
        case "~*": return .init(try pattern(entry, 1, ignoresCase: true))
        case "!~*": return .init(try pattern(entry, 1, ignoresCase: true), isNegated: true)
        default: throw entry.fail("invalid operator \"\(entry.string(0))\"", at: 0, hints: [hint])
        }
    }

    private static func pattern(
        _ entry: DirectiveReader, _ index: Int, ignoresCase: Bool = false
    ) throws(ConfigurationError) -> Pattern {
        try entry.pattern(index, caseInsensitive: ignoresCase).pattern
    }
}
