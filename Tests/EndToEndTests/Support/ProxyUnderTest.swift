import Foundation
import Gatehouse
import GatehouseConfig
import GatehouseRuntime

/// A proxy inside the test's process, on a port that the system chose.
///
/// In its configuration `listen 127.0.0.1:1` stands for that port, and `UPSTREAM` for the address of the backend.
final class ProxyUnderTest: Sendable {
    struct Refused: Error {
        var reasons: [String]
    }

    private static let address = ListenAddress.ip(.v4(0x7f00_0001), port: 1)

    let port: UInt16
    private let server: Server
    private let root: String
    private let upstream: UInt16
    private let writer: LogWriter
    private let ended = Occasion()
    private let listening: [ListenAddress: [Int32]]
    private let events: String

    /// - Parameters:
    ///   - http: the `http` block's content.
    ///   - events: the `events` block's content.
    ///   - files: what stands beside the configuration.
    init(_ http: String, upstream: ScriptedUpstream? = nil, events: String = "", files: [String: String] = [:]) throws {
        signal(SIGPIPE, SIG_IGN)
        self.events = events
        self.upstream = upstream?.port ?? 9
        root = NSTemporaryDirectory() + "gatehouse-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: root + "/logs", withIntermediateDirectories: true)
        let listener = try ListeningSocket.bind(to: .ip(.v4(0x7f00_0001), port: 0))
        port = listener.address.port ?? 0
        listening = [Self.address: [listener.descriptor]]
        writer = try LogWriter()
        try writer.start()
        for (name, text) in files { try text.write(toFile: root + "/" + name, atomically: false, encoding: .utf8) }
        let configuration = try Self.read(http, events: events, root: root, upstream: self.upstream)
        server = try Server(
            configuration: configuration, listening: listening, logs: LogFiles(writer: writer), writer: writer, files: SystemFileSource(),
            prefix: root + "/")
        for directory in server.temporaryDirectories {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        }
        // Ends with `deinit`, or with the test's own `drain`. On threads of its own: the shared pool may be busy with other tests for long.
        Task.detached(executorPreference: BlockingThreads.shared) { [server, ended] in
            await server.run()
            ended.happened()
        }
    }

    /// The usual one: everything is passed on, with `extra` in the location.
    static func passing(to upstream: ScriptedUpstream, _ extra: String = "", server: String = "") throws -> ProxyUnderTest {
        try ProxyUnderTest(
            """
            upstream backend { server UPSTREAM; }
            server { listen 127.0.0.1:1; \(server) location / { proxy_pass http://backend; \(extra) } }
            """, upstream: upstream)
    }

    deinit {
        server.stop()
        writer.stop()
        try? FileManager.default.removeItem(atPath: root)
    }

    private static func read(
        _ http: String, main: String = "", events: String, root: String, upstream: UInt16
    ) throws -> Configuration {
        let text = """
            worker_processes 1; error_log DIR/error.log info; \(main) events { \(events) }
            http { access_log DIR/access.log; \(http) }
            """
        let file = text.replacingOccurrences(of: "DIR", with: root).replacingOccurrences(of: "UPSTREAM", with: "127.0.0.1:\(upstream)")
        try file.write(toFile: root + "/test.conf", atomically: false, encoding: .utf8)
        switch ConfigurationLoader(prefix: root + "/", configurationPath: root + "/test.conf", errorLogPath: "error.log").load() {
        case .success(let configuration): return configuration
        case .failure(let failure): throw Refused(reasons: failure.errors.map { "\($0)" })
        }
    }

    func connect(receiveBuffer: Int32? = nil) throws -> RawSocket { try RawSocket.connect(port: port, receiveBuffer: receiveBuffer) }

    /// Sends one request on a connection of its own and reads the answer.
    func ask(_ request: String) throws -> RawMessage { try connect().ask(request) }

    // MARK: Life

    func reload(_ http: String, main: String = "") async throws {
        let configuration = try Self.read(http, main: main, events: events, root: root, upstream: upstream)
        try await server.load(configuration, listening: listening, files: SystemFileSource())
    }

    func drain() { server.drain() }

    func stop() { server.stop() }

    /// - Returns: whether the server has ended in time.
    func waitForEnd(milliseconds: Int = 30_000) -> Bool { ended.wait(milliseconds: milliseconds) }

    /// The error log as it is now.
    var errorLog: String {
        writer.flushNow()
        return (try? String(contentsOfFile: root + "/error.log", encoding: .utf8)) ?? ""
    }
}
