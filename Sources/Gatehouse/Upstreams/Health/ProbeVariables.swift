import GatehouseConfig
import GatehousePolicy
import GatehouseWire

/// What `match … require` asks for: the variables of one probe and its answer, and what `map`, `geo` and `split_clients` make of them.
/// There is no client, so all that comes from a request is empty.
struct ProbeVariables {
    let text: HealthCheckText
    /// As `HTTPConfiguration.slots`.
    let slots: [VariableSlot]
    let head: ResponseHead
    /// Of the peer.
    let address: [UInt8]
    let headerTime: Duration
    private var inEvaluation: Set<Int> = []
    private var captures = Captures()
    /// Named groups of expressions that matched.
    private var captured: [Int: [UInt8]] = [:]

    init(_ text: HealthCheckText, slots: [VariableSlot], head: ResponseHead, address: [UInt8], headerTime: Duration) {
        self.text = text
        self.slots = slots
        self.head = head
        self.address = address
        self.headerTime = headerTime
    }

    /// Why the answer does not do; `nil` when each variable has a value that is not `0`.
    mutating func mismatch(_ required: [RequiredVariable]) -> String? {
        for variable in required {
            let value = value(of: variable.reference)
            if value.isEmpty { return "$\(variable.name) is empty" }
            if value == [UInt8(ascii: "0")] { return "$\(variable.name) is 0" }
        }
        return nil
    }

    private mutating func value(of reference: VariableReference) -> [UInt8] {
        switch reference {
        case .upstreamHeader(let name): FieldValues.joined(name, head.fields) ?? []
        case .upstreamCookie(let name): UpstreamCookies.value(of: name, in: head.fields) ?? []
        case .builtin(.upstream_status): BuiltinVariables.text(head.status)
        case .builtin(.upstream_addr): address
        case .builtin(.upstream_header_time): BuiltinVariables.seconds(headerTime)
        case .slot(let index): slot(index)
        default: text.value(of: reference)
        }
    }

    private mutating func render(_ template: Template) -> [UInt8] {
        var result: [UInt8] = []
        for part in template.parts {
            switch part {
            case .literal(let bytes): result += bytes
            case .variable(let reference): result += value(of: reference)
            case .capture(let number): result += captures.group(number)
            }
        }
        return result
    }

    // MARK: The configuration's own

    private mutating func slot(_ index: Int) -> [UInt8] {
        if let known = captured[index] { return known }
        // One that leads to itself is empty.
        guard slots.indices.contains(index), inEvaluation.insert(index).inserted else { return [] }
        defer { inEvaluation.remove(index) }
        switch slots[index].source {
        case .assigned: return []
        case .map(let map): return value(map)
        case .splitClients(let split): return split.table.part(for: render(split.source).span).map { render(split.values[$0]) } ?? []
        case .geo(let geo):
            let address = geo.source.flatMap { IPAddress(String(decoding: render($0), as: UTF8.self)) }
            return geo.table.value(for: address).map { geo.values[$0] } ?? []
        }
    }

    private mutating func value(_ map: MapDefinition) -> [UInt8] {
        let source = render(map.source)
        var offsets: [Int] = []
        guard let found = map.table.find(source.span, captures: &offsets) else { return render(map.defaultValue) }
        if let pattern = found.pattern, pattern < map.captureNames.count {
            captures.subject = source
            captures.offsets = offsets
            for name in map.captureNames[pattern] { captured[name.slot] = Array(captures.group(name.group)) }
        }
        return render(map.values[found.value])
    }
}
