/// Names one peer of an upstream group. The peers a group begins with have the numbers of their places in the configuration; one that is
/// added later takes a new number, or that of a peer that was removed and whose last lease has come back.
public struct PeerID: Hashable, Sendable {
    @usableFromInline package var index: Int

    @inlinable package init(index: Int) { self.index = index }
}
