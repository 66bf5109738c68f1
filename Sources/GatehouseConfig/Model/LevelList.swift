/// A list of directives that an inner level replaces as a whole when it has any of its own, as `proxy_set_header` and `add_header` do.
///
/// A block starts with a copy of its parent's list; the first element that the block itself adds drops what was inherited.
public struct LevelList<Element: Sendable>: Sendable {
    // What a request asks is inlinable: else it is asked without knowing the type of the elements, at many times the cost.
    @usableFromInline package internal(set) var elements: [Element] = []
    private var level = 0

    package init(_ elements: [Element] = []) {
        self.elements = elements
    }

    /// - Parameter level: the depth of the block that holds the directive; grows inwards.
    package mutating func append(_ element: Element, level: Int) {
        if level != self.level {
            elements.removeAll()
            self.level = level
        }
        elements.append(element)
    }

    /// An explicit `off`: inherits nothing and holds nothing.
    package mutating func clear(level: Int) {
        elements.removeAll()
        self.level = level
    }

    /// Joins inherited and own elements (`add_header_inherit merge`).
    package mutating func appendKeepingInherited(_ element: Element, level: Int) {
        self.level = level
        elements.append(element)
    }

    @inlinable package var isEmpty: Bool { elements.isEmpty }
}
