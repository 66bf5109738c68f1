import Testing

@testable import GatehousePattern

/// What a pattern finds in a text: the groups as text, nil for a group that took no part; nil for no match.
func found(_ source: String, in text: String, caseInsensitive: Bool = false) throws -> [String?]? {
    let pattern = try Pattern(source, caseInsensitive: caseInsensitive)
    let bytes = Array(text.utf8)
    var captures: [Int] = []
    let isFound = pattern.firstMatch(in: bytes.span, captures: &captures)
    let isMatch = pattern.matches(bytes.span)
    #expect(isMatch == isFound, "matches and firstMatch disagree for \(source)")
    guard isFound else { return nil }
    #expect(captures.count == 2 * (pattern.captureCount + 1))
    return stride(from: 0, to: captures.count, by: 2).map { slot in
        captures[slot] < 0 ? nil : String(decoding: bytes[captures[slot]..<captures[slot + 1]], as: UTF8.self)
    }
}

/// One row of a table: what to match, and what is found.
struct MatchCase: Sendable, CustomTestStringConvertible {
    let pattern: String
    let text: String
    let groups: [String?]?

    init(_ pattern: String, _ text: String, _ groups: [String?]?) {
        self.pattern = pattern
        self.text = text
        self.groups = groups
    }

    var testDescription: String { "\(pattern) in \(text.debugDescription)" }

    func check() throws {
        let found = try found(pattern, in: text)
        #expect(found == groups)
    }
}
