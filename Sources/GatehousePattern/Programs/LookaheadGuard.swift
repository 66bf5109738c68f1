/// A look-ahead whose place in the text is known beforehand: `^/api/(?!internal)`. It is run as a pattern of its own over
/// the text from that place on.
struct LookaheadGuard: Sendable {
    private let acceptor: Acceptor
    /// Bytes before it, from the start of the text.
    private let position: Int
    private let isNegative: Bool

    private init(_ body: PatternNode, at position: Int, isNegative: Bool, offset: Int) throws(PatternError) {
        guard isNegative || !body.containsCapture else {
            throw PatternError(message: "a capture inside of a look-ahead is not supported", offset: offset)
        }
        guard position == 0 || !body.looksBack else {
            throw PatternError(message: "\\b, \\B and ^ inside of a look-ahead are only supported at the start", offset: offset)
        }
        acceptor = try Acceptor(.sequence([.assertion(.textStart), body.withoutCaptures]), captureCount: 0)
        self.position = position
        self.isNegative = isNegative
    }

    func holds(in input: Span<UInt8>) -> Bool {
        position <= input.count && acceptor.accepts(input.extracting(position...)) != isNegative
    }

    /// Takes the look-aheads out of a tree that begins with a start anchor, as far as what comes before them has a fixed
    /// length. Others stay, and the compiler refuses them.
    static func extract(from node: PatternNode) throws(PatternError) -> (rest: PatternNode, guards: [LookaheadGuard]) {
        guard case .sequence(let items) = node, case .assertion(.textStart)? = items.first else { return (node, []) }
        var guards: [LookaheadGuard] = []
        var rest: [PatternNode] = []
        var position: Int? = 0
        for item in items {
            guard case .lookahead(let body, let isNegative, let offset) = item, let place = position else {
                position = position.flatMap { before in item.fixedWidth.map { before + $0 } }
                rest.append(item)
                continue
            }
            guards.append(try LookaheadGuard(body, at: place, isNegative: isNegative, offset: offset))
        }
        return (.sequence(rest), guards)
    }
}

extension PatternNode {
    /// The same without noting what groups matched.
    fileprivate var withoutCaptures: PatternNode {
        switch self {
        case .empty, .set, .assertion: self
        case .capture(_, let body): body.withoutCaptures
        case .sequence(let items): .sequence(items.map(\.withoutCaptures))
        case .alternatives(let items): .alternatives(items.map(\.withoutCaptures))
        case .repetition(let body, let repetition): .repetition(body.withoutCaptures, repetition)
        case .atomic(let body, let offset): .atomic(body.withoutCaptures, offset: offset)
        case .lookahead(let body, let isNegative, let offset):
            .lookahead(body.withoutCaptures, isNegative: isNegative, offset: offset)
        }
    }

    /// Whether it asks for the byte before its place.
    fileprivate var looksBack: Bool {
        switch self {
        case .empty, .set, .assertion(.textEnd), .assertion(.lineEnd), .assertion(.endOrFinalNewline): false
        case .assertion: true
        case .sequence(let items), .alternatives(let items): items.contains(where: \.looksBack)
        case .capture(_, let body), .repetition(let body, _), .atomic(let body, _), .lookahead(let body, _, _): body.looksBack
        }
    }
}
