import Foundation
import GatehouseConfig
import GatehouseRuntime
import Testing

@testable import Gatehouse

/// A `Server` in this process, listening on a socket file in a directory of its own.
struct ServerUnderTest {
    let directory: TemporaryDirectory
    private let server: Server
    private let writer: LogWriter
    private let listening: [ListenAddress: [Int32]]

    /// Starts a server, lets `body` ask it, and ends it.
    /// - Parameters:
    ///   - settings: what stands in the `server` block; `DIR` is the directory, whose files are served.
    ///   - directory: one that is to be used again; else one of its own.
    static func run(
        _ settings: String, http: String = "", main: String = "", files: [String: String] = [:], in directory: TemporaryDirectory? = nil,
        _ body: (ServerUnderTest) async throws -> Void
    ) async throws {
        let test = try ServerUnderTest(settings, http: http, main: main, files: files, directory ?? TemporaryDirectory())
        let server = test.server
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await server.run() }
            defer { server.stop() }
            try await body(test)
        }
    }

    private init(_ settings: String, http: String, main: String, files: [String: String], _ directory: TemporaryDirectory) throws {
        self.directory = directory
        for (name, text) in files {
            if let slash = name.lastIndex(of: "/") {
                try FileManager.default.createDirectory(atPath: directory.path(String(name[..<slash])), withIntermediateDirectories: true)
            }
            if name.last != "/" { try directory.write(name, text) }
        }
        let text = """
            \(main) error_log DIR/error.log info;
            events {}
            http { access_log off; root DIR; \(http)
                server { listen unix:DIR/s.sock; server_name localhost; \(settings) } }
            """
        try directory.write("test.conf", text.replacingOccurrences(of: "DIR", with: directory.root))
        let configuration = try Self.load(directory)
        writer = try LogWriter()
        listening = try Self.listen(configuration)
        server = try Server(
            configuration: configuration, listening: listening, logs: LogFiles(writer: writer), writer: writer, files: SystemFileSource(),
            prefix: directory.root + "/")
    }

    private static func load(_ directory: TemporaryDirectory) throws -> Configuration {
        try ConfigurationLoader(prefix: directory.root + "/", configurationPath: directory.path("test.conf")).load().get()
    }

    private static func listen(_ configuration: Configuration) throws -> [ListenAddress: [Int32]] {
        var listening: [ListenAddress: [Int32]] = [:]
        for listen in configuration.listens {
            guard case .unix(let path) = listen.address else { continue }
            // Left behind by a server that had the directory before.
            try? FileManager.default.removeItem(atPath: path)
            listening[listen.address] = [try ListeningSocket.bind(to: .unix(path: path)).descriptor]
        }
        return listening
    }

    /// The error log as it is now.
    var errorLog: String {
        writer.flushNow()
        return directory.read("error.log")
    }

    /// Loads the configuration anew, as it is in the directory.
    func reload() async throws {
        try await server.load(try Self.load(directory), listening: listening, files: SystemFileSource())
    }

    /// The answer to one request, read until the server closes.
    func get(_ target: String, _ fields: String..., method: String = "GET") async -> Answer {
        let head = (["\(method) \(target) HTTP/1.1", "Host: localhost", "Connection: close"] + fields).joined(separator: "\r\n")
        return await send(head + "\r\n\r\n")
    }

    func send(_ request: String) async -> Answer {
        let path = directory.path("s.sock")
        return await withCheckedContinuation { continuation in
            // A thread of its own: blocking one of the few that run tasks could hold up the server under test.
            Thread.detachNewThread { continuation.resume(returning: Answer(Self.exchange(request, socket: path))) }
        }
    }

    private static func exchange(_ request: String, socket path: String) -> [UInt8] {
        guard let descriptor = connect(to: path) else { return [] }
        defer { close(descriptor) }
        send(Array(request.utf8), to: descriptor)
        return receiveAll(from: descriptor)
    }

    static func connect(to path: String) -> Int32? {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        let result = withoutInterruption { unsafe withAddress(path) { unsafe Int(Glibc.connect(descriptor, $0, $1)) } }
        return result == 0 ? descriptor : nil
    }

    /// Lets `body` use the address of a socket file.
    static func withAddress<R>(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        // The path is shorter than the array, and both live for the calls.
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, size) }
        }
    }

    static func send(_ bytes: [UInt8], to descriptor: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = withoutInterruption { unsafe rest.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) } }
            if count <= 0 { return }
            rest = rest.dropFirst(count)
        }
    }

    /// Other tests send signals to this process, and a call that waits is told so by EINTR.
    private static func withoutInterruption(_ call: () -> Int) -> Int {
        while true {
            let result = call()
            if result >= 0 || errno != EINTR { return result }
        }
    }

    static func receiveAll(from descriptor: Int32) -> [UInt8] {
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = withoutInterruption { unsafe read(descriptor, &buffer, buffer.count) }
            if count <= 0 { return answer }
            answer += buffer[..<count]
        }
    }
}

/// An answer as it came over the wire.
struct Answer {
    let status: Int
    /// Status line and fields, with a line end before each field.
    let head: String
    let body: String

    init(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        let parts = text.components(separatedBy: "\r\n\r\n")
        head = parts[0]
        body = parts.dropFirst().joined(separator: "\r\n\r\n")
        status = Int(head.split(separator: " ").dropFirst().first ?? "") ?? 0
    }

    /// The value of a field; `nil` where there is none.
    subscript(_ name: String) -> String? {
        let line = head.components(separatedBy: "\r\n").first { $0.lowercased().hasPrefix(name.lowercased() + ": ") }
        return line.map { String($0.dropFirst(name.count + 2)) }
    }
}
