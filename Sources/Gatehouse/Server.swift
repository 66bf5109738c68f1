import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import GatehouseTLS
import GatehouseWire
import Synchronization

/// The proxy: event loops, listening sockets, and the current generation of the configuration.
///
/// Made before the process is forked (it starts no thread), run after. `load` puts a new generation in place without touching what runs.
package final class Server: Sendable {
    private struct State {
        var generation: Generation
        var older: [GenerationEnd] = []
        var listening: [ListeningKey: [Int32]]
        var contexts: [LoopContext] = []
        var isEnding = false
        var listeners: [ListenerKey: ListenerControl] = [:]
        var number = 1
        var upkeep: UpkeepControl?
    }
    private let state: Lock<State>
    private let environment: GenerationEnvironment
    private let loopCount: Int
    private let changes: AsyncStream<Void>
    private let change: AsyncStream<Void>.Continuation
    private let connectionNumbers = Atomic<Int>(0)

    /// - Parameter listening: for each address one descriptor, or one for each loop with `reuseport`.
    package init(
        configuration: Configuration, listening: [ListeningKey: [Int32]], logs: LogFiles, writer: LogWriter, files: any FileSource,
        prefix: String
    ) throws(AssemblyError) {
        environment = GenerationEnvironment(logFiles: logs, files: files, prefix: prefix)
        loopCount = configuration.main.loopCount
        let generation = try Generation(
            number: 1, configuration: configuration, http: configuration.http ?? .empty, environment: environment)
        state = Lock(State(generation: generation, listening: listening))
        (changes, change) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Directories that have to exist before the server process gives up its privileges.
    package var temporaryDirectories: [String] {
        let prefix = environment.facts.prefix
        let all = state.withLock { $0.generation.http.allLocations }.flatMap { location in
            [location.settings.clientBodyTempPath, location.settings.proxy.tempPath]
        }
        return Set(all).map { $0.hasPrefix("/") ? $0 : prefix + $0 }.sorted()
    }

    /// Serves until it is drained or stopped.
    package func run() async {
        guard let contexts = startLoops() else { return }
        // For the connections that exist when the process runs out of descriptors.
        let reserve = DescriptorReserve(count: 16)
        await withDiscardingTaskGroup { group in
            for context in contexts { environment.facts.counters.add(context.counters) }
            change.yield()
            // A change is a new generation, or the end.
            for await _ in changes {
                if state.withLock({ $0.isEnding }) { break }
                startListeners(contexts, reserve, in: &group)
                startUpkeep(contexts, in: &group)
            }
            state.withLock { $0.upkeep }?.stop()
            await stopListeners { _ in true }
            closeListening()
        }
        for context in contexts { context.loop.stop() }
        // Nothing is left for them to do, so this waits for no traffic.
        for context in contexts { context.loop.join() }
    }

    private func startLoops() -> [LoopContext]? {
        CurrentProcess.keepMemory(4 << 20)
        do throws(SystemError) {
            var loops: [EventLoop] = []
            for index in 0..<loopCount { loops.append(try EventLoop.start(name: "gatehouse-\(index)", index: index)) }
            // In one step: a generation that is loaded meanwhile is either the one they begin with, or they are told of it.
            return state.withLock { state in
                let generation = state.generation
                state.contexts = loops.enumerated().map { index, loop in
                    LoopContext(loop: loop, index: index, generation: generation, connectionNumbers: nextConnectionNumber)
                }
                return state.contexts
            }
        } catch {
            state.withLock { $0.generation }.processLog.log(.emerg, "\(error) while starting event loops")
            return nil
        }
    }

    private func nextConnectionNumber() -> Int { connectionNumbers.add(1, ordering: .relaxed).newValue }

    // MARK: Listening

    /// Starts a task for each listening socket and loop that has none, ends those of addresses that are gone.
    private func startListeners(_ contexts: [LoopContext], _ reserve: DescriptorReserve, in group: inout DiscardingTaskGroup) {
        let (listening, running, path) = state.withLock { ($0.listening, $0.listeners, $0.generation.configuration.main.control?.path) }
        let controlAddress = path.map { ListeningKey.unix($0) }
        var wanted: [ListenerKey: ListenerControl] = [:]
        for (address, descriptors) in listening {
            // Commands are rare: the first loop takes them all.
            for context in address == controlAddress ? contexts.prefix(1) : contexts[...] {
                let descriptor = descriptors.count > 1 ? descriptors[context.index % descriptors.count] : descriptors[0]
                let key = ListenerKey(address: address, loop: context.index, descriptor: descriptor)
                if let known = running[key] {
                    wanted[key] = known
                    continue
                }
                let control = ListenerControl(context: context)
                wanted[key] = control
                if address == controlAddress {
                    let listener = ControlListener(
                        descriptor: descriptor, address: SocketAddress(address), context: context, control: control)
                    group.addTask(executorPreference: context.loop) { await listener.run() }
                    continue
                }
                let listener = Listener(
                    address: address, descriptor: descriptor, context: context, control: control, reserve: reserve)
                group.addTask(executorPreference: context.loop) { await listener.run() }
            }
        }
        state.withLock { $0.listeners = wanted }
    }

    /// Ends the listeners chosen; when it returns, none of them accepts any more.
    private func stopListeners(where isUnwanted: @Sendable (ListenerKey) -> Bool) async {
        let ended = state.withLock { state in
            let ended = state.listeners.filter { isUnwanted($0.key) }
            for key in ended.keys { state.listeners[key] = nil }
            return Array(ended.values)
        }
        for control in ended { await control.stop() }
    }

    // MARK: Generations

    /// Starts the upkeep of the current generation, unless it runs, and ends that of the one before.
    private func startUpkeep(_ contexts: [LoopContext], in group: inout DiscardingTaskGroup) {
        let (generation, running) = state.withLock { ($0.generation, $0.upkeep) }
        if running?.generation == generation.number { return }
        running?.stop()
        let control = UpkeepControl(generation.upkeep, generation: generation.number)
        state.withLock { $0.upkeep = control }
        let loops = contexts.map(\.loop)
        group.addTask { await control.run(on: loops) }
    }

    /// Serves new requests with another configuration from the return on; the old one goes on with the requests it has.
    package func load(_ configuration: Configuration, listening: [ListeningKey: [Int32]], files: any FileSource) async throws(AssemblyError)
    {
        let (number, predecessor) = state.withLock { ($0.number + 1, $0.generation) }
        let generation = try Generation(
            number: number, configuration: configuration, http: configuration.http ?? .empty,
            environment: environment.reading(files, after: predecessor))
        let contexts = state.withLock { state in
            state.older.removeAll { $0.isOver }
            state.older.append(state.generation.end)
            state.generation = generation
            state.number = number
            state.listening = listening
            return state.contexts
        }
        for context in contexts { context.loop.post { context.adopt(generation) } }
        await stopListeners { !(listening[$0.address]?.contains($0.descriptor) ?? false) }
        change.yield()
    }

    /// Returns when none of the generations that are now old has anything left to do.
    package func oldGenerationsEnded() async {
        for end in state.withLock({ $0.older }) { await end.wait() }
    }

    // MARK: Ending

    /// Takes no new connections, closes idle ones, finishes requests under way; `run` returns then.
    package func drain() { end { $0.drain() } }

    /// Ends everything at once.
    package func stop() { end { $0.stop() } }

    private func end(_ order: @escaping @Sendable (LoopContext) -> Void) {
        let contexts = state.withLock { state in
            state.isEnding = true
            return state.contexts
        }
        change.yield()
        for context in contexts { context.loop.post { order(context) } }
    }

    /// Clients that come now are refused, instead of waiting for somebody who never accepts.
    private func closeListening() {
        let all = state.withLock { state in
            defer { state.listening = [:] }
            return state.listening
        }
        for (address, descriptors) in all {
            for descriptor in descriptors { ListeningSocket(inheriting: descriptor, address: SocketAddress(address)).close() }
        }
    }
}

private struct ListenerKey: Hashable {
    var address: ListeningKey
    var loop: Int
    var descriptor: Int32
}
