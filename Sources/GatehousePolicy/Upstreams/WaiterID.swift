/// Names one request that waits in the queue of an upstream group. The caller makes it, unique among those that wait.
public struct WaiterID: Hashable, Sendable {
    @usableFromInline package var number: Int

    @inlinable package init(number: Int) { self.number = number }
}
