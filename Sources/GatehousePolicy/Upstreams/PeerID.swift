/// Names one peer of an upstream group by its place in the group's list, in the order of the configuration.
package struct PeerID: Hashable, Sendable {
    package var index: Int

    @inlinable package init(index: Int) { self.index = index }
}
