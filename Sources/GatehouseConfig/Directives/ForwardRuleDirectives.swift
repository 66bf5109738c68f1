import GatehousePattern
import GatehousePolicy
import GatehouseWire

/// `forward_rule` and `domain_set`: who may go where through the forward proxy.
enum ForwardRuleDirectives {
    static let rows: [DirectiveRow] = [
        DirectiveRow(
            "forward_rule", [.http, .server], .atLeast(1), repeats: true,
            "allow, bypass, deny, redirect URL or exit NAME, and the conditions: user= client= time= domain= address= port= method= url=, each with ! before it "
                + "for its contrary. The first rule whose conditions all hold decides.", read: rule),
        DirectiveRow(
            "domain_set", .http, .block(1...1), repeats: true,
            "Names of domains for rules, of lists (file), of the block itself (domain), and exceptions (except).", read: set),
    ]

    // MARK: forward_rule

    private static func rule(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        var first = 1
        var target: Template?
        let action: ForwardRule.Action
        switch reader.string(0) {
        case "allow": action = .allow
        case "bypass": action = .bypass
        case "deny": action = .deny
        case "redirect":
            guard reader.count > 1 else { throw reader.fail("\"redirect\" needs a URL", at: 0) }
            target = try reader.template(1)
            first = 2
            action = .redirect
        case "exit":
            let name = reader.count > 1 ? reader.string(1) : ""
            guard let number = reader.scope.http.exits.firstIndex(where: { $0.name == name }) else {
                throw reader.fail(
                    "unknown forward_exit \"\(name)\"", at: reader.count > 1 ? 1 : 0, hints: ["exits are declared before rules"])
            }
            first = 2
            action = .exit(number)
        default:
            throw reader.fail(
                "invalid action \"\(reader.string(0))\"", at: 0, hints: ["the actions are allow, bypass, deny, redirect and exit"])
        }
        var conditions: [ForwardCondition] = []
        for index in first..<max(first, reader.count) { conditions.append(try ForwardConditionParsing(reader, index).parse()) }
        reader.scope.location.forward.rules.append(
            ForwardRule(action, conditions), .init(target: target, position: reader.position), level: reader.depth)
    }

    // MARK: domain_set

    private static func set(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        var settings = DomainSetSettings(name: reader.string(0), position: reader.position)
        reader.forEachEntry { entry in
            guard entry.count > 0 else { throw entry.fail("invalid number of the domain_set parameters") }
            for index in 0..<entry.count {
                switch entry.name {
                case "file": settings.files.append(entry.path(index, .configuration))
                case "domain": settings.names.append(entry.bytes(index))
                case "except": settings.exceptions.append(entry.bytes(index))
                default: throw entry.fail("unknown parameter \"\(entry.name)\"", hints: ["a set has \"file\", \"domain\" and \"except\""])
                }
            }
        }
        guard reader.scope.http.domainSets.declare(settings) else { throw reader.fail("duplicate domain_set \"\(settings.name)\"", at: 0) }
    }
}

/// One condition of a `forward_rule`: `key=value,value`, or `!key=value`.
struct ForwardConditionParsing {
    private let reader: DirectiveReader
    private let index: Int

    init(_ reader: DirectiveReader, _ index: Int) {
        self.reader = reader
        self.index = index
    }

    func parse() throws(ConfigurationError) -> ForwardCondition {
        let (key, value) = reader.keyValue(index)
        guard let value, !value.isEmpty else { throw invalid }
        let isNegated = key.hasPrefix("!")
        return ForwardCondition(try test(isNegated ? String(key.dropFirst()) : key, value), isNegated: isNegated)
    }

    private var invalid: ConfigurationError {
        reader.fail(
            "invalid condition \"\(reader.string(index))\"", at: index,
            hints: ["conditions are user=, client=, time=, domain=, address=, port=, method= and url=~"])
    }

    private func test(_ key: String, _ value: String) throws(ConfigurationError) -> ForwardCondition.Test {
        let words = value.split(separator: ",").map(String.init)
        switch key {
        case "user": return .user(words.map { Array($0.utf8) })
        case "client": return .client(try blocks(words))
        case "address": return .address(try blocks(words))
        case "method": return .method(words.map { Array($0.utf8) })
        case "domain": return .domain(try domains(value, words))
        case "url": return .url(try pattern(value))
        case "port":
            let ranges = words.compactMap { PortSet.range($0) }
            guard ranges.count == words.count else { throw invalid }
            return .port(PortSet(ranges))
        case "time":
            guard let times = WeekTimes(value) else { throw invalid }
            return .time(times)
        default: throw invalid
        }
    }

    private func blocks(_ words: [String]) throws(ConfigurationError) -> [CIDR] {
        let blocks = words.compactMap { CIDR($0) }
        guard blocks.count == words.count else { throw invalid }
        return blocks
    }

    /// `~` and `~*` as in locations.
    private func pattern(_ value: String) throws(ConfigurationError) -> Pattern {
        guard value.hasPrefix("~") else { throw invalid }
        let isCaseInsensitive = value.hasPrefix("~*")
        return try reader.pattern(String(value.dropFirst(isCaseInsensitive ? 2 : 1)), at: index, caseInsensitive: isCaseInsensitive).pattern
    }

    private func domains(_ value: String, _ words: [String]) throws(ConfigurationError) -> DomainTest {
        var test = DomainTest()
        if value.hasPrefix("~") {
            test.patterns.append(try pattern(value))
            return test
        }
        for word in words {
            if word.hasPrefix("@") {
                test.sets.append(reader.scope.http.domainSets.number(of: String(word.dropFirst()), usedIn: reader.argument(index)))
            } else if word.hasPrefix("*.") {
                test.suffixes.append(Array(word.lowercased().utf8.dropFirst()))
            } else if word.hasPrefix(".") {
                test.suffixes.append(Array(word.lowercased().utf8.dropFirst()))
            } else {
                test.names.append(Array(word.lowercased().utf8))
            }
        }
        return test
    }
}
