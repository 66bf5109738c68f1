import GatehouseWire

/// A `Set-Cookie` value taken apart (RFC 6265 §4.1).
struct SetCookie {
    struct Attribute {
        var name: [UInt8]
        var value: [UInt8]?
    }
    /// `NAME=VALUE` as it came.
    var pair: [UInt8]
    private(set) var attributes: [Attribute] = []
    /// Something was rewritten: it is to be written down anew, else it is passed on as it came.
    private(set) var isChanged = false

    init(_ value: ArraySlice<UInt8>) {
        let parts = value.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
        pair = Array(parts.first ?? [])
        for part in parts.dropFirst() {
            let text = part.drop { $0 == 0x20 }
            if let equals = text.firstIndex(of: UInt8(ascii: "=")) {
                attributes.append(Attribute(name: Array(text[..<equals]), value: Array(text[(equals + 1)...])))
            } else {
                attributes.append(Attribute(name: Array(text), value: nil))
            }
        }
    }

    var name: [UInt8] { Array(pair.prefix { $0 != UInt8(ascii: "=") }) }

    func index(of attribute: String) -> Int? {
        attributes.firstIndex { HeaderFields.equalsIgnoringCase($0.name, Array(attribute.utf8)) }
    }

    mutating func setValue(_ value: [UInt8], at i: Int) {
        attributes[i].value = value
        isChanged = true
    }

    private mutating func set(_ name: String, _ value: String?) {
        remove(name)
        attributes.append(Attribute(name: Array(name.utf8), value: value.map { Array($0.utf8) }))
    }

    private mutating func remove(_ name: String) { attributes.removeAll { HeaderFields.equalsIgnoringCase($0.name, Array(name.utf8)) } }

    /// One word of `proxy_cookie_flags`.
    mutating func apply(flag: String) {
        isChanged = true
        switch flag {
        case "secure": if index(of: "Secure") == nil { set("Secure", nil) }
        case "nosecure": remove("Secure")
        case "httponly": if index(of: "HttpOnly") == nil { set("HttpOnly", nil) }
        case "nohttponly": remove("HttpOnly")
        case "samesite=strict": set("SameSite", "Strict")
        case "samesite=lax": set("SameSite", "Lax")
        case "samesite=none": set("SameSite", "None")
        case "nosamesite": remove("SameSite")
        default: break  // a variable rendered to nothing or to an unknown word: no flag
        }
    }

    var bytes: [UInt8] {
        var result = pair
        for attribute in attributes {
            result += Array("; ".utf8) + attribute.name
            if let value = attribute.value { result += [UInt8(ascii: "=")] + value }
        }
        return result
    }
}
