/// The jobs of one loop in the order in which they came. Confined to the loop's thread.
///
/// Two arrays that swap places: one is run from the front while the other takes what is added meanwhile, so that neither ever moves an
/// element, and a batch ends where it stood when it began.
struct JobQueue {
    private var waiting: [UnownedJob] = []
    private var running: [UnownedJob] = []
    private var position = 0

    init() {
        waiting.reserveCapacity(256)
        running.reserveCapacity(256)
    }

    var isEmpty: Bool { waiting.isEmpty && position == running.count }

    mutating func append(_ job: UnownedJob) {
        waiting.append(job)
    }

    mutating func popFirst() -> UnownedJob? {
        if position == running.count {
            if waiting.isEmpty { return nil }
            running.removeAll(keepingCapacity: true)
            swap(&waiting, &running)
            position = 0
        }
        defer { position += 1 }
        return running[position]
    }
}
