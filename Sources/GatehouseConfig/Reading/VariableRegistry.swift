/// The variables of a configuration. A name may be used before the directive that defines it has been read: it gets its slot at
/// first sight, and `undefined` says at the end which names nobody defined.
package final class VariableRegistry {
    private var slots: [VariableSlot] = []
    private var byName: [String: Int] = [:]
    private var isDefined: [Bool] = []
    private var firstUse: [Argument?] = []

    /// Something can tell whether a request body is in memory or in a file.
    package private(set) var showsRequestBody = false

    package init() {}

    /// What `$name` stands for. Definitions of the configuration come before built-in families such as `http_NAME`.
    package func reference(_ name: String, usedIn word: Argument) -> VariableReference {
        let lowercase = name.lowercased()
        if let slot = byName[lowercase] { return .slot(slot) }
        if let builtin = BuiltinVariable(rawValue: lowercase) {
            if builtin == .request_body || builtin == .request_body_file { showsRequestBody = true }
            return .builtin(builtin)
        }
        if let family = Self.family(lowercase) { return family }
        return .slot(slot(lowercase, usedIn: word))
    }

    /// A slot that `set` or a named group assigns.
    package func slot(assigned name: String) -> Int {
        let slot = slot(name.lowercased(), usedIn: nil)
        isDefined[slot] = true
        return slot
    }

    /// What `set $name` assigns to; `nil` for a built-in variable that may not be changed.
    package func target(_ name: String) -> VariableTarget? {
        if let builtin = BuiltinVariable(rawValue: name.lowercased()) {
            return builtin == .args || builtin == .limit_rate ? .builtin(builtin) : nil
        }
        return .slot(slot(assigned: name))
    }

    /// Gives a variable its definition by a block such as `map`; a later one replaces it, as in nginx.
    /// - Returns: `nil` when the name belongs to a built-in variable that may not be redefined.
    @discardableResult
    package func define(_ name: String, _ source: VariableSlot.Source, isVolatile: Bool = false) -> Int? {
        let lowercase = name.lowercased()
        guard BuiltinVariable(rawValue: lowercase) == nil else { return nil }
        let slot = slot(assigned: lowercase)
        slots[slot] = VariableSlot(name: lowercase, source: source, isVolatile: isVolatile)
        return slot
    }

    package var all: [VariableSlot] { slots }

    /// Names used but never defined, each with the word that used it first.
    package var undefined: [(name: String, word: Argument)] {
        slots.indices.compactMap { slot in
            guard !isDefined[slot], let word = firstUse[slot] else { return nil }
            return (slots[slot].name, word)
        }
    }

    private func slot(_ name: String, usedIn word: Argument?) -> Int {
        if let slot = byName[name] { return slot }
        byName[name] = slots.count
        slots.append(VariableSlot(name: name, source: .assigned))
        isDefined.append(false)
        firstUse.append(word)
        return slots.count - 1
    }

    /// Variables named by prefix, the longest prefix first.
    private static func family(_ name: String) -> VariableReference? {
        func rest(_ prefix: String) -> [UInt8]? {
            name.hasPrefix(prefix) ? Array(name.utf8.dropFirst(prefix.utf8.count)) : nil
        }
        func field(_ prefix: String) -> [UInt8]? {
            rest(prefix)?.map { $0 == UInt8(ascii: "_") ? UInt8(ascii: "-") : $0 }
        }
        if let name = field("upstream_http_") { return .upstreamHeader(name) }
        if let name = rest("upstream_cookie_") { return .upstreamCookie(name) }
        if let name = field("upstream_trailer_") { return .upstreamTrailer(name) }
        if let name = field("sent_http_") { return .responseHeader(name) }
        if let name = field("sent_trailer_") { return .responseTrailer(name) }
        if let name = rest("proxy_protocol_tlv_") { return .proxyProtocolTLV(name) }
        if let name = field("http_") { return .requestHeader(name) }
        if let name = rest("cookie_") { return .cookie(name) }
        if let name = rest("arg_") { return .argument(name) }
        return nil
    }
}
