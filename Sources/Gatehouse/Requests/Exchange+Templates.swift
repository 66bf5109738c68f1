import GatehouseConfig
import GatehouseWire

extension Exchange {
    /// Renders `template` behind what is in `buffer`.
    package func append(_ template: Template, to buffer: ByteBuffer) {
        for part in template.parts {
            switch part {
            case .literal(let bytes): buffer.append(bytes)
            case .variable(let reference): append(reference, to: buffer)
            case .capture(let number): buffer.append(captures.group(number))
            }
        }
    }

    /// The value of `template` for this request.
    package func render(_ template: Template) -> [UInt8] {
        if let constant = template.constant { return constant }
        if template.parts.count == 1, case .variable(let reference) = template.parts[0] { return value(of: reference) }
        let buffer = context.loop.buffers.borrow(256)
        defer { context.loop.buffers.giveBack(buffer) }
        append(template, to: buffer)
        return buffer.bytes()
    }

    package func renderText(_ template: Template) -> String { String(decoding: render(template), as: UTF8.self) }

    /// nginx's idea of truth: neither empty nor `0`.
    package func isTrue(_ template: Template) -> Bool {
        let value = render(template)
        return !value.isEmpty && value != [UInt8(ascii: "0")]
    }

    /// Appends the value of a variable.
    package func append(_ reference: VariableReference, to buffer: ByteBuffer) {
        switch reference {
        case .builtin(let variable): BuiltinVariables.append(variable, of: self, to: buffer)
        default: buffer.append(value(of: reference))
        }
    }

    /// The value of a variable; empty when it has none.
    package func value(of reference: VariableReference) -> [UInt8] { optionalValue(of: reference) ?? [] }

    /// The value of a variable, `nil` when it has none: logs show a dash then.
    package func optionalValue(of reference: VariableReference) -> [UInt8]? {
        switch reference {
        case .builtin(let variable): return BuiltinVariables.value(variable, of: self)
        case .argument(let name): return QueryArguments.value(of: name, in: arguments)
        case .cookie(let name): return Cookies.value(of: name, in: head.fields)
        case .requestHeader(let name): return FieldValues.joined(name, head.fields)
        case .responseHeader(let name): return ResponseFieldValues.value(name, self)
        case .responseTrailer(let name): return FieldValues.joined(name, response.trailers)
        case .upstreamHeader(let name): return upstreamLog.hasHead ? FieldValues.joined(name, upstreamLog.head.fields) : nil
        case .upstreamTrailer(let name): return FieldValues.joined(name, upstreamLog.trailers)
        case .upstreamCookie(let name):
            return upstreamLog.hasHead ? UpstreamCookies.value(of: name, in: upstreamLog.head.fields) : nil
        case .proxyProtocolTLV(let name): return connection.proxyProtocol?.vector(named: String(decoding: name, as: UTF8.self))
        case .slot(let index): return slotValue(index)
        }
    }

    // MARK: Variables of the configuration

    package func setSlot(_ index: Int, _ value: [UInt8]) {
        prepareSlots()
        slots[index] = value
    }

    private func prepareSlots() {
        let count = generation.http.slots.count
        if slots.count < count { slots.append(contentsOf: repeatElement(nil, count: count - slots.count)) }
    }

    private func slotValue(_ index: Int) -> [UInt8]? {
        if index < slots.count, let known = slots[index] { return known }
        let slot = generation.http.slots[index]
        guard slotsInEvaluation.insert(index).inserted else {
            generation.log(.error, "cycle while evaluating variable \"\(slot.name)\"", self)
            return nil
        }
        defer { slotsInEvaluation.remove(index) }
        let value: [UInt8]
        switch slot.source {
        case .assigned: return nil
        case .map(let map): value = MappedVariables.value(map, self)
        case .geo(let geo): value = MappedVariables.value(geo, self)
        case .splitClients(let split): value = MappedVariables.value(split, self)
        }
        if !slot.isVolatile { setSlot(index, value) }
        return value
    }

    // MARK: Captures

    /// Matches and, on success, remembers groups for `$1` and fills named variables.
    package func matches(_ pattern: CapturingPattern, _ subject: [UInt8]) -> Bool {
        var offsets: [Int] = []
        guard pattern.pattern.firstMatch(in: subject.span, captures: &offsets) else { return false }
        remember(subject, offsets, names: pattern.names)
        return true
    }

    package func remember(_ subject: [UInt8], _ offsets: [Int], names: [(group: Int, slot: Int)]) {
        captures.subject = subject
        captures.offsets = offsets
        for name in names { setSlot(name.slot, Array(captures.group(name.group))) }
    }

    package var pathText: String { String(decoding: path, as: UTF8.self) }
}
