/// `mirror` and its relatives.
package struct MirrorSettings: Sendable {
    /// The paths of the copies.
    package var targets = LevelList<[UInt8]>()
    /// The body is read before, and the copies have it too.
    package var takesBody = true
    /// Copies under way on one loop.
    package var limit = 512

    package init() {}
}
