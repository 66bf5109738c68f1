/// The zones of one kind. A directive may name one that comes later in the file.
package struct LimitZoneRegistry<Settings: LimitZoneSettings>: Sendable {
    private var names: [String] = []
    private var settings: [Settings?] = []
    private var firstUse: [Argument?] = []

    package init() {}

    /// The number of a zone that a directive names.
    package mutating func number(of name: String, usedIn word: Argument) -> Int {
        if let known = names.firstIndex(of: name) { return known }
        names.append(name)
        settings.append(nil)
        firstUse.append(word)
        return names.count - 1
    }

    /// - Returns: false when there is one of that name already.
    package mutating func declare(_ zone: Settings, by word: Argument) -> Bool {
        let number = number(of: zone.name, usedIn: word)
        if settings[number] != nil { return false }
        settings[number] = zone
        return true
    }

    /// Zones used but never declared, each with the word that used it first.
    package var undefined: [(name: String, word: Argument)] {
        names.indices.compactMap { number in
            guard settings[number] == nil, let word = firstUse[number] else { return nil }
            return (names[number], word)
        }
    }

    /// By number; complete where nothing is undefined.
    package var all: [Settings] { settings.compactMap(\.self) }
}
