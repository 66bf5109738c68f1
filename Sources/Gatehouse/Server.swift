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
    struct State {
        var generation: Generation
        var candidate: Candidate?
        var older: [GenerationEnd] = []
        /// Of the present generation.
        var listening: [ListeningKey: [Int32]]
        var contexts: [LoopContext] = []
        var isEnding = false
        fileprivate var listeners: [ListenerKey: ListenerControl] = [:]
        var number = 1
        fileprivate var upkeep: [UpkeepKey: UpkeepControl] = [:]

        fileprivate init(generation: Generation, listening: [ListeningKey: [Int32]]) {
            self.generation = generation
            self.listening = listening
        }

        /// Of a candidate as well, which serves addresses of its own from the start.
        var allListening: [ListeningKey: [Int32]] {
            listening.merging(candidate?.listening ?? [:]) { old, new in old + new.filter { !old.contains($0) } }
        }
    }
    let state: Lock<State>
    private let environment: GenerationEnvironment
    private let loopCount: Int
    private let changes: AsyncStream<Void>
    private let change: AsyncStream<Void>.Continuation
    private let connectionNumbers = Atomic<Int>(0)
    /// What became of generations on trial, after it was put to work.
    package let trialEnds: AsyncStream<TrialEnd>
    private let trialEnd: AsyncStream<TrialEnd>.Continuation

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
        (trialEnds, trialEnd) = AsyncStream<TrialEnd>.makeStream()
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
        for context in contexts { environment.facts.counters.add(context.counters) }
        await withDiscardingTaskGroup { background in
            for context in contexts { background.addTask(executorPreference: context.loop) { await context.background.run() } }
            await serve(contexts, reserve)
            // No request is left that could start another.
            for context in contexts { context.loop.post { context.background.close() } }
        }
        for context in contexts { context.loop.stop() }
        // Nothing is left for them to do, so this waits for no traffic.
        for context in contexts { context.loop.join() }
    }

    /// Returns when the server is to end and its connections have.
    private func serve(_ contexts: [LoopContext], _ reserve: DescriptorReserve) async {
        await withDiscardingTaskGroup { group in
            change.yield()
            // A change is a new generation, or the end.
            for await _ in changes {
                if state.withLock({ $0.isEnding }) { break }
                for surplus in startListeners(contexts, reserve, in: &group) { await surplus.stop() }
                startUpkeep(contexts, in: &group)
            }
            endUpkeep()
            await stopListeners { _ in true }
            closeListening()
        }
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

    /// Starts a task for each listening socket and loop that has none.
    /// - Returns: listeners that have no place any more, as where an address has more sockets now than before.
    private func startListeners(
        _ contexts: [LoopContext], _ reserve: DescriptorReserve, in group: inout DiscardingTaskGroup
    ) -> [ListenerControl] {
        // In one step: whoever changes what is listened on meanwhile finds these among those to stop.
        let (starting, surplus) = state.withLock { state in
            let running = state.listeners
            let starting = state.placeListeners(contexts)
            return (starting, running.filter { state.listeners[$0.key] == nil }.map(\.value))
        }
        for (key, control, isForCommands) in starting {
            let context = contexts[key.loop]
            if isForCommands {
                let listener = ControlListener(
                    descriptor: key.descriptor, address: SocketAddress(key.address), context: context, control: control)
                group.addTask(executorPreference: context.loop) { await listener.run() }
            } else {
                let listener = Listener(
                    address: key.address, descriptor: key.descriptor, context: context, control: control, reserve: reserve)
                group.addTask(executorPreference: context.loop) { await listener.run() }
            }
        }
        return surplus
    }

    /// Ends the listeners of sockets that no generation wants; when it returns, none of them accepts any more.
    func stopUnusedListeners() async {
        let listening = state.withLock { $0.allListening }
        await stopListeners { !(listening[$0.address]?.contains($0.descriptor) ?? false) }
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

    /// Starts the upkeep of the current generation and of a candidate, as far as it does not run, and ends what belongs to others.
    private func startUpkeep(_ contexts: [LoopContext], in group: inout DiscardingTaskGroup) {
        let (generation, candidate, running) = state.withLock { ($0.generation, $0.candidate, $0.upkeep) }
        var wanted: [UpkeepKey: [any Upkeep]] = [
            UpkeepKey(generation: generation.number, part: .own): generation.upkeep,
            UpkeepKey(generation: generation.number, part: .rollouts): generation.rolloutUpkeep,
        ]
        if let candidate {
            wanted[UpkeepKey(generation: candidate.generation.number, part: .own)] = candidate.generation.upkeep
            wanted[UpkeepKey(generation: candidate.generation.number, part: .trial)] = [upkeep(of: candidate)]
        }
        for (key, control) in running where wanted[key] == nil { control.stop() }
        var controls = running.filter { wanted[$0.key] != nil }
        let loops = contexts.map(\.loop)
        for (key, works) in wanted where controls[key] == nil {
            let control = UpkeepControl(works)
            controls[key] = control
            group.addTask { await control.run(on: loops) }
        }
        state.withLock { [controls] in $0.upkeep = controls }
    }

    private func endUpkeep() {
        let running = state.withLock { state in
            defer { state.upkeep = [:] }
            return state.upkeep
        }
        for control in running.values { control.stop() }
    }

    /// The generation that serves; beside it there may be a candidate.
    var current: Generation { state.withLock { $0.generation } }

    /// Serves with another configuration: new requests from the return on, or with `reload_canary` a share of the new connections first.
    /// The old one goes on with the requests it has. What was on trial gives way.
    @discardableResult
    package func load(
        _ configuration: Configuration, listening: [ListeningKey: [Int32]], files: any FileSource
    ) async throws(AssemblyError) -> Loading {
        let (number, predecessor) = state.withLock { ($0.number + 1, $0.generation) }
        let generation = try Generation(
            number: number, configuration: configuration, http: configuration.http ?? .empty,
            environment: environment.reading(files, after: predecessor))
        let candidate = configuration.main.reloadTrial.map {
            Candidate(generation: generation, listening: listening, trial: ReloadTrial($0, of: number, now: .now))
        }
        let replaced = state.withLock { state in
            state.older.removeAll { $0.isOver }
            state.number = number
            let replaced = state.candidate
            if let replaced { state.older.append(replaced.generation.end) }
            if let candidate { state.tryOut(candidate) } else { state.take(generation, listening: listening) }
            return replaced
        }
        if let replaced { await drop(replaced, because: "another configuration came") }
        if let candidate { noteBegin(of: candidate) }
        await stopUnusedListeners()
        changed()
        return candidate == nil ? .serving : .onTrial(number)
    }

    /// Listeners and upkeep are to follow.
    func changed() { change.yield() }

    func announce(_ end: TrialEnd) { trialEnd.yield(end) }

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
            defer { (state.listening, state.candidate) = ([:], nil) }
            return state.allListening
        }
        for (address, descriptors) in all {
            for descriptor in descriptors { ListeningSocket(inheriting: descriptor, address: SocketAddress(address)).close() }
        }
    }
}

extension Server.State {
    /// Makes `listeners` what is wanted now, keeping those that run.
    /// - Returns: those that are to be started, and which of them take commands.
    fileprivate mutating func placeListeners(_ contexts: [LoopContext]) -> [(ListenerKey, ListenerControl, isForCommands: Bool)] {
        let generations = [generation] + (candidate.map { [$0.generation] } ?? [])
        let controlAddresses = Set(generations.compactMap { $0.configuration.main.control.map { ListeningKey.unix($0.path) } })
        var wanted: [ListenerKey: ListenerControl] = [:]
        var starting: [(ListenerKey, ListenerControl, isForCommands: Bool)] = []
        for (address, descriptors) in allListening {
            let isForCommands = controlAddresses.contains(address)
            // Commands are rare: the first loop takes them all.
            for context in isForCommands ? contexts.prefix(1) : contexts[...] {
                let descriptor = descriptors.count > 1 ? descriptors[context.index % descriptors.count] : descriptors[0]
                let key = ListenerKey(address: address, loop: context.index, descriptor: descriptor)
                let known = listeners[key]
                let control = known ?? ListenerControl(context: context)
                wanted[key] = control
                if known == nil { starting.append((key, control, isForCommands)) }
            }
        }
        listeners = wanted
        return starting
    }
}

private struct ListenerKey: Hashable {
    var address: ListeningKey
    var loop: Int
    var descriptor: Int32
}

/// Which part of a generation's upkeep.
private struct UpkeepKey: Hashable {
    enum Part { case own, rollouts, trial }

    var generation: Int
    var part: Part
}
