/// Carries something confined to a loop through a place that asks for `Sendable`, such as a cancellation handler.
struct LoopConfined<Value>: @unchecked Sendable {
    // `@unchecked Sendable`: used on the loop's thread only; elsewhere it is passed on, never looked into.
    let value: Value

    init(_ value: Value) {
        self.value = value
    }
}
