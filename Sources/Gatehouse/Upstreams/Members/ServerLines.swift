import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime

/// The `server` lines of one group as they are now: those of the configuration, and what was changed since.
///
/// Decides what a command does to them. Knows no peer and no file: `LineStore` keeps them, `UpstreamGroup` does to its peers what the
/// changes say.
struct ServerLines: Sendable {
    struct Line: Sendable {
        /// Never used again for another line of the group.
        let number: Int
        var settings: UpstreamServerSettings
    }

    enum Change: Equatable, Sendable {
        case added(Int)
        case removed(Int)
        /// Other parameters; the address stays.
        case updated(Int)
    }

    /// How a line takes part.
    enum Administration: String, Sendable { case up, drain, down }

    /// No group has more.
    static let most = 4096

    private(set) var all: [Line]
    private var nextNumber: Int
    /// The numbers of the lines that go by a name: as the line has it, or the address in full. Commands come by the thousand when a
    /// program fills a group, and each asks for one.
    private var numbersOfName: [String: [Int]] = [:]

    init(_ servers: [UpstreamServerSettings]) {
        all = servers.enumerated().map { Line(number: $0, settings: $1) }
        nextNumber = servers.count
        for line in all { learnNames(of: line) }
    }

    subscript(number: Int) -> UpstreamServerSettings? { all.first { $0.number == number }?.settings }

    // MARK: Commands

    /// - Parameter words: an address, and parameters as those of a `server` line.
    mutating func add(_ words: [String], method: BalancingMethod) throws(ControlFailure) -> [Change] {
        if all.count >= Self.most { throw ControlFailure("no more than \(Self.most) servers can be in one group") }
        let settings = try Self.parse(words, method: method)
        if settings.names.contains(where: { numbersOfName[$0] != nil }) {
            throw ControlFailure("server \"\(settings.name)\" is there already")
        }
        if case .name(let name, _) = settings.address, !settings.resolvesContinually {
            throw ControlFailure("\"\(name)\" is a name: add it with \"resolve\", or add its addresses")
        }
        return [append(settings)]
    }

    mutating func remove(_ name: String) throws(ControlFailure) -> [Change] {
        let numbers = try numbers(of: name)
        for line in all where numbers.contains(line.number) { forgetNames(of: line) }
        all.removeAll { numbers.contains($0.number) }
        return numbers.map { .removed($0) }
    }

    mutating func set(_ name: String, _ administration: Administration) throws(ControlFailure) -> [Change] {
        try update(name) { settings in
            settings.isDown = administration == .down
            settings.isDraining = administration == .drain
        }
    }

    /// - Parameter parameters: those to change, as on a `server` line; the others stay.
    mutating func set(_ name: String, _ parameters: [String], method: BalancingMethod) throws(ControlFailure) -> [Change] {
        if parameters.isEmpty { throw ControlFailure("no parameter is given") }
        let keys = Set(parameters.map(Self.key))
        if let fixed = keys.intersection(["resolve", "service"]).first { throw ControlFailure("\"\(fixed)\" cannot be changed") }
        let numbers = try numbers(of: name)
        var lines = all
        for index in lines.indices where numbers.contains(lines[index].number) {
            lines[index].settings = try lines[index].settings.changed(by: parameters, keys, method: method)
        }
        all = lines
        return numbers.map { .updated($0) }
    }

    /// What has to change for the lines to be these; lines that are the same keep their numbers.
    mutating func replace(with servers: [UpstreamServerSettings]) -> [Change] {
        // The places of the lines of each text, the first one last.
        var places: [String: [Int]] = [:]
        for place in all.indices.reversed() { places[all[place].settings.line, default: []].append(place) }
        var kept: Set<Int> = []
        var lines: [Line] = []
        var added: [Change] = []
        for settings in servers {
            if let place = places[settings.line]?.popLast() {
                lines.append(all[place])
                kept.insert(all[place].number)
            } else {
                lines.append(Line(number: nextNumber, settings: settings))
                added.append(.added(nextNumber))
                nextNumber += 1
            }
        }
        let removed = all.map(\.number).filter { !kept.contains($0) }
        all = lines
        numbersOfName = [:]
        for line in all { learnNames(of: line) }
        return removed.map { .removed($0) } + added
    }

    // MARK: Finding and changing

    func hasServer(called name: String) -> Bool { numbersOfName[name] != nil }

    private func numbers(of name: String) throws(ControlFailure) -> [Int] {
        guard let numbers = numbersOfName[name] else { throw ControlFailure("no server \"\(name)\"") }
        return numbers
    }

    private mutating func append(_ settings: UpstreamServerSettings) -> Change {
        defer { nextNumber += 1 }
        let line = Line(number: nextNumber, settings: settings)
        all.append(line)
        learnNames(of: line)
        return .added(nextNumber)
    }

    private mutating func learnNames(of line: Line) {
        for name in line.settings.names { numbersOfName[name, default: []].append(line.number) }
    }

    private mutating func forgetNames(of line: Line) {
        for name in line.settings.names {
            numbersOfName[name]?.removeAll { $0 == line.number }
            if numbersOfName[name]?.isEmpty == true { numbersOfName[name] = nil }
        }
    }

    private mutating func update(_ name: String, _ change: (inout UpstreamServerSettings) -> Void) throws(ControlFailure) -> [Change] {
        let numbers = try numbers(of: name)
        for index in all.indices where numbers.contains(all[index].number) { change(&all[index].settings) }
        return numbers.map { .updated($0) }
    }

    fileprivate static func key(_ parameter: String) -> String { String(parameter.prefix { $0 != "=" }) }

    fileprivate static func parse(_ words: [String], method: BalancingMethod) throws(ControlFailure) -> UpstreamServerSettings {
        do throws(ArgumentError) {
            return try UpstreamServerSettings(parsing: words, method: method, position: SourcePosition(file: "control", line: 1, column: 1))
        } catch {
            throw ControlFailure(error.message)
        }
    }
}

extension UpstreamServerSettings {
    /// What means this server: its name as its line has it, and its address in full.
    fileprivate var names: Set<String> {
        var names: Set = [name]
        if let fixedAddress { names.insert(fixedAddress.description) }
        return names
    }

    fileprivate func changed(
        by parameters: [String], _ keys: Set<String>, method: BalancingMethod
    ) throws(ControlFailure) -> UpstreamServerSettings {
        if nameToResolve != nil { throw ControlFailure("\"\(name)\" stands for changing addresses: remove it and add it anew") }
        let kept = self.parameters.filter { !keys.contains(ServerLines.key($0)) }
        return try ServerLines.parse([name] + kept + parameters, method: method)
    }

    /// The address, where it is one.
    var fixedAddress: SocketAddress? {
        switch address {
        case .ip(let address, let port): .ip(address, port: UInt16(port))
        case .unix(let path): SocketAddress(.unix(path))
        case .name: nil
        }
    }
}
