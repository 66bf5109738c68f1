/// Descriptors kept open for bad times. When accepting finds none left, they are given up, so that the connections that exist can
/// still open files and reach upstreams; accepting goes on once they could be taken back.
package final class DescriptorReserve: Sendable {
    private let limit: Int
    private let held = Lock([File]())

    /// Opens `count` descriptors, or as many as there are.
    package init(count: Int) {
        limit = count
        _ = refill()
    }

    package func release() {
        held.withLock { $0 = [] }
    }

    /// Takes back what is missing. False when that left none for a new connection: accepting it would fail again, and until then the
    /// connections that exist would have to do without the reserve.
    package func refill() -> Bool {
        held.withLock { held in
            while held.count < limit {
                guard let file = try? File(path: "/dev/null") else { return false }
                held.append(file)
            }
            return (try? File(path: "/dev/null")) != nil
        }
    }
}
