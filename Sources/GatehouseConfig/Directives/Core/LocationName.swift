/// The modifier and name of a `location`, taken apart.
struct LocationName {
    var place: LocationPlace
    var pattern: CapturingPattern?

    /// - Parameter reader: one argument, which may begin with the modifier, or modifier and name.
    init(_ reader: DirectiveReader) throws(ConfigurationError) {
        let (modifier, name) = Self.split(reader)
        let text = modifier.isEmpty ? name : "\(modifier) \(name)"
        switch modifier {
        case "": place = LocationPlace(kind: name.hasPrefix("@") ? .named : .prefix, name: text, prefix: Array(name.utf8))
        case "=": place = LocationPlace(kind: .exact, name: text, prefix: Array(name.utf8))
        case "^~": place = LocationPlace(kind: .prefixBeforeRegex, name: text, prefix: Array(name.utf8))
        case "~", "~*":
            place = LocationPlace(kind: .regex, name: text, prefix: [])
            pattern = try reader.pattern(name, at: reader.count - 1, caseInsensitive: modifier == "~*")
        default:
            throw reader.fail("invalid location modifier \"\(modifier)\"", at: 0, hints: ["the modifiers are =, ^~, ~ and ~*"])
        }
        if place.kind == .named { place.prefix = [] }
    }

    private static func split(_ reader: DirectiveReader) -> (modifier: String, name: String) {
        let first = reader.string(0)
        if reader.count == 2 { return (first, reader.string(1)) }
        for modifier in ["=", "^~", "~*", "~"] where first.hasPrefix(modifier) {
            return (modifier, String(first.dropFirst(modifier.count)))
        }
        return ("", first)
    }

    /// nginx's rules for a location inside another.
    func checkNesting(in outer: ConfigurationScope, _ reader: DirectiveReader) throws(ConfigurationError) {
        guard outer.context == .location else { return }
        let parent = outer.place
        let name = bareName
        switch parent.kind {
        case .exact: throw reader.fail("location \"\(name)\" cannot be inside the exact location \"\(Self.bareName(of: parent))\"")
        case .named: throw reader.fail("location \"\(name)\" cannot be inside the named location \"\(parent.name)\"")
        case .server, .prefix, .prefixBeforeRegex, .regex: break
        }
        if place.kind == .named { throw reader.fail("named location \"\(name)\" can be on the server level only") }
        guard place.kind != .regex else { return }
        let isInside = parent.kind != .regex && place.prefix.starts(with: parent.prefix)
        guard isInside else { throw reader.fail("location \"\(name)\" is outside location \"\(Self.bareName(of: parent))\"") }
    }

    private var bareName: String { Self.bareName(of: place) }

    /// Without the modifier, as nginx's messages have it.
    private static func bareName(of place: LocationPlace) -> String {
        place.kind == .regex
            ? String(place.name.drop { $0 == "~" || $0 == "*" || $0 == " " })
            : place.kind == .named ? place.name : String(decoding: place.prefix, as: UTF8.self)
    }
}
