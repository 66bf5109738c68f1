import CGatehouse
import GatehouseRuntime
import GatehouseWire
import Glibc

/// The system calls of the parent and the server process. The one file of `Lifecycle` that handles pointers.
enum ProcessSystem {
    // MARK: Signals

    static func block(_ signals: [Int32]) {
        _ = unsafe gatehouse_block_signals(signals, Int32(signals.count))
    }

    /// A descriptor that becomes readable when one of `signals`, which are blocked, is pending.
    static func openSignals(_ signals: [Int32]) throws(SystemError) -> Int32 {
        try check(unsafe gatehouse_signalfd(signals, Int32(signals.count)), "signalfd")
    }

    static func nextSignal(_ descriptor: Int32) -> Int32? {
        let signal = gatehouse_read_signal(descriptor)
        return signal > 0 ? signal : nil
    }

    /// Waits until one of the descriptors can be read, or `timeout` has passed. Blocks the thread.
    /// - Parameter wantsToWrite: positions in `descriptors` that are waited on for writing as well.
    static func poll(_ descriptors: [Int32], wantsToWrite: Set<Int> = [], timeout: Duration?) {
        var entries = descriptors.indices.map {
            pollfd(fd: descriptors[$0], events: Int16(POLLIN) | (wantsToWrite.contains($0) ? Int16(POLLOUT) : 0), revents: 0)
        }
        let milliseconds = timeout.map { Int32(clamping: max(0, Int64(($0 + .microseconds(999)) / .milliseconds(1)))) } ?? -1
        _ = unsafe Glibc.poll(&entries, nfds_t(entries.count), milliseconds)
    }

    // MARK: Control channel

    /// Two connected sockets that keep message boundaries and carry descriptors.
    static func openChannel() throws(SystemError) -> (Int32, Int32) {
        var first: Int32 = -1
        var second: Int32 = -1
        _ = try check(unsafe gatehouse_socketpair(&first, &second, 1), "socketpair")
        return (first, second)
    }

    /// False when the channel is full at the moment.
    static func send(_ message: [UInt8], with descriptors: [Int32], to channel: Int32) throws(SystemError) -> Bool {
        let result = unsafe message.withUnsafeBytes {
            unsafe gatehouse_send_descriptors(channel, $0.baseAddress, $0.count, descriptors, Int32(descriptors.count))
        }
        if result == -Int(EAGAIN) || result == -Int(EINTR) { return false }
        _ = try check(Int32(clamping: result), "sendmsg")
        return true
    }

    enum Received { case message([UInt8], [Int32]), nothing, end }

    static func receive(from channel: Int32, capacity: Int) throws(SystemError) -> Received {
        var message = [UInt8](repeating: 0, count: capacity)
        var descriptors = [Int32](repeating: -1, count: Int(GATEHOUSE_MOST_DESCRIPTORS))
        var count = Int32(descriptors.count)
        let size = unsafe message.withUnsafeMutableBytes {
            unsafe gatehouse_receive_descriptors(channel, $0.baseAddress, $0.count, &descriptors, &count)
        }
        if size == 0 { return .end }
        if size == -Int(EAGAIN) || size == -Int(EINTR) { return .nothing }
        _ = try check(Int32(clamping: size), "recvmsg")
        return .message(Array(message[..<size]), Array(descriptors[..<Int(count)]))
    }

    /// Where a socket that this process inherited is bound.
    static func localAddress(of descriptor: Int32) -> SocketAddress? {
        var path = [UInt8](repeating: 0, count: Int(GATEHOUSE_PATH_CAPACITY))
        var found = gatehouse_address()
        // The shim writes at most as many bytes of a path as the array has.
        let result = unsafe path.withUnsafeMutableBufferPointer { path in
            unsafe found.path = path.baseAddress
            defer { unsafe found.path = nil }
            return unsafe gatehouse_local_address(descriptor, &found)
        }
        guard result >= 0 else { return nil }
        switch Int(found.family) {
        case Int(GATEHOUSE_IPV4): return .ip(.v4(found.v4), port: found.port)
        case Int(GATEHOUSE_IPV6): return .ip(.v6(found.v6_high, found.v6_low), port: found.port, scope: found.scope)
        default: return .unix(path: String(decoding: path[..<Int(found.path_length)], as: UTF8.self))
        }
    }

    // MARK: Processes

    /// Zero in the child. Only ever called while the process has a single thread.
    static func fork() throws(SystemError) -> Int32 {
        try check(gatehouse_fork(), "fork")
    }

    /// The children that have ended, each with its exit code or minus the signal that ended it.
    static func reap() -> [(process: Int32, status: Int32)] {
        var ended: [(process: Int32, status: Int32)] = []
        var status: Int32 = 0
        while true {
            let process = unsafe gatehouse_reap(-1, 0, &status)
            guard process > 0 else { return ended }
            ended.append((process, status))
        }
    }

    static func becomeDaemon() throws(SystemError) {
        _ = try check(gatehouse_new_session(), "setsid")
        let null = unsafe open("/dev/null", O_RDWR)
        guard null >= 0 else { return }
        dup2(null, STDIN_FILENO)
        dup2(null, STDOUT_FILENO)
        if null > STDERR_FILENO { close(null) }
    }

    static func userIdentity(_ name: String) throws(ProcessError) -> (user: UInt32, group: UInt32) {
        var user: UInt32 = 0
        var group: UInt32 = 0
        try ProcessError.check(unsafe gatehouse_find_user(name, &user, &group), "getpwnam(\"\(name)\")")
        return (user, group)
    }

    static func groupIdentity(_ name: String) throws(ProcessError) -> UInt32 {
        var group: UInt32 = 0
        try ProcessError.check(unsafe gatehouse_find_group(name, &group), "getgrnam(\"\(name)\")")
        return group
    }

    static func become(_ name: String, user: UInt32, group: UInt32) throws(ProcessError) {
        try ProcessError.check(unsafe gatehouse_become(name, user, group), "setuid(\(user))")
    }

    static func setEnvironment(_ name: String, _ value: String) {
        unsafe setenv(name, value, 1)
    }

    static func forgetEnvironment(_ name: String) {
        unsafe unsetenv(name)
    }

    static func environment(_ name: String) -> String? {
        // Copied at once.
        unsafe getenv(name).map { unsafe String(cString: $0) }
    }

    /// Replaces the program of this process; returns only with the error.
    static func execute(_ path: String, arguments: [String], environment: [String]) -> SystemError {
        gatehouse_unblock_all_signals()
        // The copies are never freed: the call replaces the process, or the process ends.
        var argumentPointers = unsafe arguments.map { unsafe strdup($0) } + [nil]
        var environmentPointers = unsafe environment.map { unsafe strdup($0) } + [nil]
        let result = unsafe gatehouse_execute(path, &argumentPointers, &environmentPointers)
        return SystemError(code: -result, operation: "execve")
    }

    /// `NAME=VALUE` of every variable of the environment.
    static func allEnvironment() -> [String] {
        var all: [String] = []
        // Ends with a null pointer; nothing changes the environment while this runs on the only thread.
        var entry = unsafe environ
        while let text = unsafe entry.pointee {
            all.append(unsafe String(cString: text))
            unsafe entry += 1
        }
        return all
    }

    // MARK: Files

    /// Creates or empties `path` and writes `text`.
    static func replaceFile(_ path: String, with text: String) throws(LogFileError) {
        let descriptor = unsafe gatehouse_open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw LogFileError(path: path, code: -descriptor) }
        defer { close(descriptor) }
        do { try LogSystem.write(Array(text.utf8), to: descriptor) } catch { throw LogFileError(path: path, code: error.code) }
    }

    /// Makes a directory for `owner` alone; one that exists is left as it is.
    static func makeDirectory(_ path: String, owner: (user: UInt32, group: UInt32)?) throws(ProcessError) {
        let isNew = unsafe mkdir(path, 0o700) == 0
        if !isNew && errno != EEXIST { throw ProcessError(call: "mkdir() \"\(path)\"", code: errno) }
        if let owner { _ = unsafe chown(path, owner.user, owner.group) }
    }

    /// Makes the directory that `path` lies in, where only that one is missing. Whoever opens the file says so if it could not be made.
    static func makeDirectory(of path: String) {
        guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return }
        unsafe mkdir(String(path[..<slash]), 0o755)
    }

    static func removeFile(_ path: String) {
        unsafe unlink(path)
    }

    static func rename(_ path: String, to other: String) -> Bool {
        unsafe Glibc.rename(path, other) == 0
    }

    /// Every user may connect to the unix socket at `path`.
    static func openToAll(_ path: String) {
        unsafe chmod(path, 0o666)
    }

    /// Runs `body`; files that it makes belong to this user alone.
    static func withPrivateFiles<Value>(_ body: () throws(SystemError) -> Value) throws(SystemError) -> Value {
        let usual = umask(0o177)
        defer { umask(usual) }
        return try body()
    }

    static func enter(_ directory: String) throws(ProcessError) {
        if unsafe chdir(directory) != 0 { throw ProcessError(call: "chdir(\"\(directory)\")", code: errno) }
    }

    static func setPriority(_ priority: Int) -> Bool {
        setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, Int32(clamping: priority)) == 0
    }

    static func check(_ result: Int32, _ operation: String) throws(SystemError) -> Int32 {
        if result < 0 { throw SystemError(code: -result, operation: operation) }
        return result
    }
}
