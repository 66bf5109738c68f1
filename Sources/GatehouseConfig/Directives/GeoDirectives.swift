import GatehousePolicy
import GatehouseWire

/// `geo`: a variable whose value follows from an address.
enum GeoDirectives {
    static let rows: [DirectiveRow] = [
        DirectiveRow("geo", .http, .block(1...2), repeats: true, "A variable that depends on the client's address.", read: geo)
    ]

    private static func geo(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        let source = reader.count == 2 ? try singleVariable(reader) : nil
        let name = try reader.variableName(reader.count - 1)
        let entries = reader.entries()
        var builder = GeoBuilder(entries)
        for entry in entries {
            do { try builder.add(entry) } catch { reader.scope.shared.diagnostics.fail(error) }
        }
        let definition = builder.definition(source: source)
        guard reader.scope.http.variables.define(name, .geo(definition), isVolatile: builder.isVolatile) != nil else {
            throw reader.fail("the duplicate \"\(name)\" variable", at: reader.count - 1)
        }
    }

    private static func singleVariable(_ reader: DirectiveReader) throws(ConfigurationError) -> Template {
        _ = try reader.variableName(0)
        return try reader.template(0)
    }
}

/// Gathers the lines of one `geo`.
private struct GeoBuilder {
    private var table: GeoMap
    private var values: [[UInt8]] = []
    private var indices: [[UInt8]: Int] = [:]
    private var proxies: [CIDR] = []
    private var hasDefault = false
    private var hasNetworks = false
    private var usesRanges = false
    private var isRecursive = false
    private(set) var isVolatile = false

    /// The default has to be known first, wherever it stands: the last one counts.
    init(_ entries: [DirectiveReader]) {
        if let entry = entries.last(where: { $0.count == 1 && $0.name == "default" }) {
            values = [entry.bytes(0)]
            indices = [entry.bytes(0): 0]
            table = GeoMap(default: 0)
        } else {
            table = GeoMap()
        }
    }

    func definition(source: Template?) -> GeoDefinition {
        GeoDefinition(source: source, table: table, values: values, proxies: proxies, isRecursive: isRecursive)
    }

    mutating func add(_ entry: DirectiveReader) throws(ConfigurationError) {
        switch (entry.name, entry.count) {
        case ("ranges", 0):
            if hasNetworks { throw entry.fail("the \"ranges\" directive must be the first directive inside \"geo\" block") }
            usesRanges = true
        case ("proxy_recursive", 0): isRecursive = true
        case ("volatile", 0): isVolatile = true
        case ("default", 1):
            if hasDefault { entry.warn("duplicate default geo value: \"\(entry.string(0))\"") }
            hasDefault = true
        case ("proxy", 1): proxies.append(try network(entry.string(0), entry))
        case ("delete", 1): try delete(entry)
        case (_, 1): try usesRanges ? addRange(entry) : addNetwork(entry)
        default: throw entry.fail("invalid number of the geo parameters")
        }
    }

    private mutating func addNetwork(_ entry: DirectiveReader) throws(ConfigurationError) {
        hasNetworks = true
        let block = try network(entry.name, entry)
        if case .replaced(let old) = table.add(block, value: index(of: entry.bytes(0))) {
            entry.warn("duplicate network \"\(entry.name)\", value: \"\(entry.string(0))\", old value: \"\(text(old))\"")
        }
    }

    private mutating func addRange(_ entry: DirectiveReader) throws(ConfigurationError) {
        let (first, last) = try range(entry.name, entry)
        switch table.add(from: first, through: last, value: index(of: entry.bytes(0))) {
        case .added: break
        case .replaced(let old):
            entry.warn("duplicate range \"\(entry.name)\", value: \"\(entry.string(0))\", old value: \"\(text(old))\"")
        case .overlaps(let first, let last): throw entry.fail("range \"\(entry.name)\" overlaps \"\(first)-\(last)\"")
        }
    }

    private mutating func delete(_ entry: DirectiveReader) throws(ConfigurationError) {
        let text = entry.string(0)
        if usesRanges {
            let (first, last) = try range(text, entry)
            if !table.remove(from: first, through: last) { entry.warn("no address range \"\(text)\" to delete", at: 0) }
        } else if !table.remove(try network(text, entry)) {
            entry.warn("no network \"\(text)\" to delete", at: 0)
        }
    }

    private func network(_ text: String, _ entry: DirectiveReader) throws(ConfigurationError) -> CIDR {
        guard let block = CIDR(text) else { throw entry.fail("invalid network \"\(text)\"") }
        if block.hadHostBits { entry.warn("low address bits of \(text) are meaningless") }
        return block
    }

    private func range(_ text: String, _ entry: DirectiveReader) throws(ConfigurationError) -> (UInt32, UInt32) {
        let ends = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard ends.count == 2, case .v4(let first)? = IPAddress(ends[0]), case .v4(let last)? = IPAddress(ends[1]), first <= last else {
            throw entry.fail("invalid range \"\(text)\"")
        }
        return (first, last)
    }

    private mutating func index(of value: [UInt8]) -> Int {
        if let index = indices[value] { return index }
        indices[value] = values.count
        values.append(value)
        return values.count - 1
    }

    private func text(_ index: Int) -> String { String(decoding: values[index], as: UTF8.self) }
}
