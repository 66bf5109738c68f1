import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import Glibc

/// One file of `state`. Its calls block: all of them belong on its thread.
struct StateFile: Sendable {
    let path: String
    let method: BalancingMethod
    private let thread: BlockingPool

    init(path: String, method: BalancingMethod, thread: BlockingPool) {
        self.path = path
        self.method = method
        self.thread = thread
    }

    func onItsThread<Value: Sendable>(
        _ work: @escaping @Sendable () throws(ControlFailure) -> Value
    ) async throws(ControlFailure) -> Value { try await thread.run(work) }

    /// Nil where there is no file yet.
    func read() throws(ControlFailure) -> [UpstreamServerSettings]? {
        do {
            return try StateText.read(try File.contents(of: path, limit: StateText.largest), file: path, method: method)
        } catch let error as SystemError {
            if error.code == ENOENT { return nil }
            throw ControlFailure("state file \"\(path)\" could not be read: \(error)")
        } catch {
            throw ControlFailure("\(error)")
        }
    }

    /// All or nothing: a reader finds the old content or the new one.
    func write(_ content: [UInt8]) throws(ControlFailure) {
        do throws(SystemError) {
            try File.write(content, to: path + ".new")
            try FileSystem.rename(path + ".new", to: path)
        } catch {
            throw ControlFailure("state file \"\(path)\" could not be written: \(error)")
        }
    }
}

/// The lines of groups with a `state` file, over all generations of the process.
final class StateFiles: Sendable {
    private let stores = Lock<[String: LineStore]>([:])
    /// One thread, so that nothing overtakes.
    private let thread = BlockingPool(threadLimit: 1, queueLimit: 64)

    /// The store of a file: the one that is there, or one with `servers`.
    func store(
        _ path: String, method: BalancingMethod, _ servers: () throws(AssemblyError) -> [UpstreamServerSettings]
    ) throws(AssemblyError) -> LineStore {
        if let known = stores.withLock({ $0[path] }) { return known }
        let store = LineStore(try servers(), file: StateFile(path: path, method: method, thread: thread))
        return stores.withLock { stores in
            if let known = stores[path] { return known }
            stores[path] = store
            return store
        }
    }
}
