import GatehousePattern
import GatehouseWire

/// A `match` block: what a response to a health check has to be like. All tests have to hold.
package struct ResponseMatch: Sendable {
    /// A text a value is, or a pattern that is found in it.
    package enum Condition: Sendable {
        case isPresent
        case equals([UInt8])
        case matches(Pattern)
    }

    /// One `header` line. The name is in lower case.
    package struct HeaderTest: Sendable {
        package var name: [UInt8]
        package var condition: Condition
        /// `!`, `!=`, `!~`. Of the latter two, the field has to be there all the same.
        package var isNegated: Bool

        package init(name: [UInt8], _ condition: Condition, isNegated: Bool = false) {
            self.name = name.map { ByteClass.lowercase($0) }
            self.condition = condition
            self.isNegated = isNegated
        }
    }

    /// One `body` line.
    package struct BodyTest: Sendable {
        package var pattern: Pattern
        package var isNegated: Bool

        package init(_ pattern: Pattern, isNegated: Bool = false) {
            self.pattern = pattern
            self.isNegated = isNegated
        }
    }

    /// How much of a body is looked at, in bytes; as nginx documents it.
    package static let examinedBody = 256 * 1024

    package var statuses: [StatusSet]
    package var headers: [HeaderTest]
    package var bodies: [BodyTest]

    /// Without a `match`: statuses 2xx and 3xx.
    package static let standard = ResponseMatch(statuses: [StatusSet([200...399])])

    package init(statuses: [StatusSet] = [], headers: [HeaderTest] = [], bodies: [BodyTest] = []) {
        self.statuses = statuses
        self.headers = headers
        self.bodies = bodies
    }

    package var needsBody: Bool { !bodies.isEmpty }

    /// Why the head does not match; `nil` when it does.
    package func mismatch(head: borrowing ResponseHead) -> String? {
        let status = head.status
        if statuses.contains(where: { !$0.contains(status) }) { return "unexpected status \(status)" }
        for test in headers {
            if let reason = test.mismatch(head.fields) { return reason }
        }
        return nil
    }

    /// Why the body does not match, of which `body` holds the first `examinedBody` bytes; `nil` when it does.
    package func mismatch(body: Span<UInt8>) -> String? {
        for test in bodies where test.pattern.matches(body) == test.isNegated {
            return "the body \(test.isNegated ? "matches" : "does not match") \"\(test.pattern.source)\""
        }
        return nil
    }
}

extension ResponseMatch.HeaderTest {
    fileprivate func mismatch(_ fields: borrowing HeaderFields) -> String? {
        let indices = fields.indices(named: name)
        let label = "header \"\(String(decoding: name, as: UTF8.self))\""
        if case .isPresent = condition {
            if indices.isEmpty != isNegated { return "\(label) is \(isNegated ? "present" : "missing")" }
            return nil
        }
        if indices.isEmpty { return "\(label) is missing" }
        let holds = indices.contains { condition.holds(for: fields.value(at: $0)) }
        return holds == isNegated ? "\(label) has another value" : nil
    }
}

extension ResponseMatch.Condition {
    fileprivate func holds(for value: ArraySlice<UInt8>) -> Bool {
        switch self {
        case .isPresent: true
        case .equals(let text): value.elementsEqual(text)
        case .matches(let pattern): pattern.matches(Array(value).span)
        }
    }
}
