import GatehouseRuntime

/// OCSP answers that hold over a reload: the next generation sends them from its first handshake on.
package final class StapleMemory: Sendable {
    struct Answer: Sendable {
        let response: [UInt8]
        /// Epoch seconds; `nil` where the answer does not say.
        let ends: Int?
    }

    private static let most = 1024
    /// By the question.
    private let answers = Lock<[[UInt8]: Answer]>([:])

    package init() {}

    func answer(to question: [UInt8], now: Int) -> Answer? {
        answers.withLock { $0[question] }.flatMap { answer in (answer.ends.map { $0 > now } ?? true) ? answer : nil }
    }

    func keep(_ answer: Answer, to question: [UInt8]) {
        answers.withLock { answers in
            if answers.count >= Self.most && answers[question] == nil { answers.removeAll() }
            answers[question] = answer
        }
    }
}
