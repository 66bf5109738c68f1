/// The pipes that one loop splices through. Confined to its loop's thread.
///
/// A pipe is borrowed only while bytes are in it. Each takes two descriptors, and the kernel allows each user so many pages of
/// them: there is a limit to how many are out at once, and who gets none copies.
package final class PipePool {
    /// What is asked for in one call; a pipe holds no more.
    package static let capacity = 1 << 20

    private let limit: Int
    private let spareLimit = 16
    // `@exclusivity(unchecked)`: one thread; checking each access at run time costs more than the access.
    @safe @exclusivity(unchecked) private var spares: [SplicePipe] = []
    @safe @exclusivity(unchecked) private(set) var lent = 0

    package init(limit: Int = 128) { self.limit = limit }

    /// An empty pipe; `nil` when too many are out, or the system has none to give.
    package func borrow() -> SplicePipe? {
        guard lent < limit, let pipe = try? spares.popLast() ?? SplicePipe(capacity: PipePool.capacity) else { return nil }
        lent += 1
        return pipe
    }

    /// Takes a pipe back. One that still holds bytes is closed with them.
    package func giveBack(_ pipe: SplicePipe) {
        lent -= 1
        if pipe.count == 0 && spares.count < spareLimit { spares.append(pipe) }
    }
}
