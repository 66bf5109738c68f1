import Foundation

/// A running `gatehouse` with a directory of its own, ended with the value.
final class ProgramUnderTest {
    let directory: TemporaryDirectory
    private let process = Process()
    private var main: String

    /// Beside the test bundle, where the build puts it.
    private static let path = Bundle.main.bundleURL.deletingLastPathComponent().appendingPathComponent("gatehouse").path
    private static let candidates = [
        path, Bundle.main.bundlePath + "/gatehouse", FileManager.default.currentDirectoryPath + "/.build/debug/gatehouse",
    ]
    private static let executable = candidates.first { FileManager.default.isExecutableFile(atPath: $0) }
    static var exists: Bool { executable != nil }

    /// - Parameter http: what stands in the `http` block; `DIR` is the directory.
    init(_ http: String, main: String = "", waitsForStart: Bool = true) throws {
        directory = try TemporaryDirectory()
        self.main = main
        try FileManager.default.createDirectory(atPath: directory.root + "/logs", withIntermediateDirectories: true)
        try write(http)
        process.executableURL = URL(fileURLWithPath: Self.executable ?? "")
        process.arguments = ["-p", directory.root + "/", "-c", "test.conf", "-e", "error.log"]
        process.standardError = FileHandle.nullDevice
        try process.run()
        if waitsForStart { _ = waits { $0.has("gatehouse.pid") && $0.log.contains("compatible with") } }
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }

    /// - Parameter main: what stands outside of `http` from now on; `nil`: as before.
    func reload(_ http: String, main: String? = nil) throws {
        self.main = main ?? self.main
        try write(http)
        signal(SIGHUP)
    }

    private func write(_ http: String) throws {
        let user = geteuid() == 0 ? "user root;" : ""
        let text = """
            daemon off; \(user) \(main)
            pid DIR/gatehouse.pid;
            error_log DIR/error.log info;
            events {}
            http { access_log DIR/access.log; \(http) }
            """
        try directory.write("test.conf", text.replacingOccurrences(of: "DIR", with: directory.root))
    }

    /// Runs the program beside this one, as `gatehouse … upstream …` does: its exit code, and all that it says.
    func command(_ words: String...) throws -> (code: Int32, text: String) {
        let other = Process()
        let output = Pipe()
        other.executableURL = process.executableURL
        other.arguments = ["-p", directory.root + "/", "-c", "test.conf", "-e", "stderr"] + words
        other.standardOutput = output
        other.standardError = output
        try other.run()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        other.waitUntilExit()
        return (other.terminationStatus, text)
    }

    func signal(_ signal: Int32) { kill(process.processIdentifier, signal) }

    func exitCode() -> Int32 {
        process.waitUntilExit()
        return process.terminationStatus
    }

    func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: directory.path(name)) }

    var log: String { directory.read("error.log") }

    /// The newest process that the parent has started.
    func serverProcess() -> Int32? {
        log.components(separatedBy: "start worker process ").dropFirst().last.flatMap { Int32($0.prefix { $0.isNumber }) }
    }

    /// True as soon as `condition` holds; false after ten seconds. Another process is looked at, so there is nothing to be woken by.
    func waits(until condition: (ProgramUnderTest) -> Bool) -> Bool {
        let end = ContinuousClock.now + .seconds(10)
        while .now < end {
            if condition(self) { return true }
            usleep(2000)
        }
        return false
    }
}
