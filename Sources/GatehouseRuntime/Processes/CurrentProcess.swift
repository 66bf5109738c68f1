import CGatehouse
import Glibc

/// What a process can do to itself.
package enum CurrentProcess {
    package static var identifier: Int32 { getpid() }
    /// Lets the allocator keep so many free bytes instead of giving them back to the system.
    package static func keepMemory(_ bytes: Int) { gatehouse_keep_memory(bytes) }

    package static var isPrivileged: Bool { geteuid() == 0 }
    package static var processorCount: Int { Int(gatehouse_processor_count()) }

    /// Has the system send `signal` to this process when its parent ends.
    package static func setParentDeathSignal(_ signal: Signal) {
        _ = gatehouse_set_parent_death_signal(signal.rawValue)
    }

    /// Leaves the terminal, as a daemon does after its fork.
    package static func startSession() throws(SystemError) {
        _ = try SystemError.check(gatehouse_new_session(), "setsid")
    }

    /// Replaces standard input, output and, if asked, error by `/dev/null`.
    package static func detachStandardStreams(includingError: Bool) throws(SystemError) {
        let null = try File(path: "/dev/null", for: .append)
        for stream in 0...(includingError ? 2 : 1) as ClosedRange<Int32> { dup2(null.descriptor.number, stream) }
    }

    /// Writes to standard output (1) or standard error (2), as far as it takes it.
    package static func write(_ text: String, to stream: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            // Only read during the call.
            let written = unsafe bytes.withUnsafeBytes { unsafe gatehouse_write(stream, $0.baseAddress, $0.count) }
            if written <= 0 { return }
            bytes = bytes.dropFirst(written)
        }
    }

    /// `worker_rlimit_nofile`.
    package static func setDescriptorLimit(_ count: Int) throws(SystemError) {
        _ = try SystemError.check(gatehouse_set_descriptor_limit(UInt64(count)), "setrlimit")
    }

    package static var descriptorLimit: Int { Int(clamping: gatehouse_descriptor_limit()) }

    /// `worker_rlimit_core`, in bytes.
    package static func setCoreLimit(_ bytes: Int) throws(SystemError) {
        _ = try SystemError.check(gatehouse_set_core_limit(UInt64(bytes)), "setrlimit")
    }

    /// Binds the calling thread to processors.
    package static func pinThread(to processors: [Int32]) throws(SystemError) {
        // Only read during the call.
        _ = try SystemError.check(unsafe gatehouse_pin_thread(processors, Int32(processors.count)), "sched_setaffinity")
    }

    /// `worker_priority`, from -20 to 20.
    package static func setPriority(_ priority: Int32) {
        _ = nice(priority)
    }

    /// Replaces the program by another one with the same descriptors, as far as they stay open on exec. Returns only by throwing.
    package static func execute(_ path: String, arguments: [String], environment: [String]) throws(SystemError) {
        // Copies that are never freed: the program that would free them is gone, or the error ends it.
        var argumentPointers = unsafe arguments.map { unsafe strdup($0) } + [nil]
        var environmentPointers = unsafe environment.map { unsafe strdup($0) } + [nil]
        _ = try SystemError.check(unsafe gatehouse_execute(path, &argumentPointers, &environmentPointers), "execve")
    }

    /// Keeps a descriptor open for the program that `execute` starts, or not.
    package static func setClosesOnExecute(_ closes: Bool, descriptor: Int32) {
        _ = gatehouse_set_close_on_exec(descriptor, closes ? 1 : 0)
    }
}
