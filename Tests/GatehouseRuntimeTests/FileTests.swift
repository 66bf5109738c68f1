import GatehouseWire
import Glibc
import Testing

@testable import GatehouseRuntime

@Suite final class FileTests {
    private let directory: String

    init() throws {
        directory = "/tmp/gatehouse-test-\(UInt64.random(in: 0 ... .max))"
        try FileSystem.createDirectory("\(directory)/deep/er")
    }

    deinit {
        for name in (try? FileSystem.names(in: directory)) ?? [] { _ = try? FileSystem.remove("\(directory)/\(name)") }
        for path in ["deep/er", "deep", ""] { _ = unsafe rmdir("\(directory)/\(path)") }
    }

    @Test func `a file reads back as it was written`() throws {
        try File.write(Array("hello".utf8), to: "\(directory)/a")
        #expect(try File.contents(of: "\(directory)/a", limit: 5) == Array("hello".utf8))
        #expect(throws: SystemError(code: EFBIG, operation: "read")) { try File.contents(of: "\(directory)/a", limit: 4) }
        #expect(throws: SystemError(code: ENOENT, operation: "open")) { try File.contents(of: "\(directory)/b", limit: 4) }
        #expect(throws: SystemError(code: EISDIR, operation: "read")) { try File.contents(of: directory, limit: 4) }
    }

    @Test func `a status tells kind, size and age`() throws {
        try File.write([1, 2, 3], to: "\(directory)/a", permissions: 0o600)
        let status = try FileStatus.of(path: "\(directory)/a")
        #expect(status.kind == .regular && status.size == 3 && status.permissions == 0o600)
        #expect(abs(status.modifiedSeconds - time(nil)) <= 2)
        #expect(try FileStatus.of(path: directory).kind == .directory)
    }

    @Test func `a path that is not text names a file, and one with a zero byte none`() throws {
        let path = Array("\(directory)/".utf8) + [0xE9, 0xFF]
        let file = try File(path: path, for: .createNew)
        defer { _ = unsafe (path + [0]).withUnsafeBytes { unsafe unlink($0.bindMemory(to: CChar.self).baseAddress!) } }
        try file.write(buffer("latin"), at: 0)
        #expect(try FileStatus.of(path: path).size == 5)
        #expect(throws: SystemError(code: ENOENT, operation: "stat")) { try FileStatus.of(path: path + [0] + Array("x".utf8)) }
    }

    @Test func `a pattern matches sorted paths`() throws {
        for name in ["b.conf", "a.conf", "c.txt"] { try File.write([], to: "\(directory)/\(name)") }
        #expect(FileSystem.glob("\(directory)/*.conf") == ["\(directory)/a.conf", "\(directory)/b.conf"])
        #expect(FileSystem.glob("\(directory)/*.none") == [])
    }

    @Test func `a temporary file has no name`() throws {
        let file = try File.temporary(in: "\(directory)/deep/er")
        try file.write(buffer("body"), at: 0)
        let bytes = ByteBuffer()
        #expect(try file.read(into: bytes, count: 100, at: 1) == 3)
        #expect(text(bytes) == "ody")
        #expect(try FileSystem.names(in: "\(directory)/deep/er") == [])
    }

    @Test func `lines from many threads arrive whole, and go to the new file after reopening`() async throws {
        let path = "\(directory)/access.log"
        let log = try AppendFile(path: path)
        let line = String(repeating: "x", count: 99) + "\n"
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask { for _ in 0..<500 { log.append(buffer(line)) } }
            }
        }
        log.flush()
        #expect(try File.contents(of: path, limit: 1 << 20) == Array(String(repeating: line, count: 2000).utf8))
        try FileSystem.rename(path, to: "\(path).0")
        try log.reopen()
        log.append(Array("new\n".utf8))
        log.flush()
        #expect(try File.contents(of: path, limit: 100) == Array("new\n".utf8))
        #expect(log.droppedBytes == 0 && log.lastError == nil)
    }

    @Test func `what does not fit into memory is dropped and counted`() throws {
        let log = AppendFile(file: try File(path: "/dev/full", for: .append), path: "/dev/full", pendingLimit: 10)
        log.append([UInt8](repeating: 0, count: 11))
        #expect(log.droppedBytes == 11)
        log.append([1, 2, 3])
        log.flush()
        #expect(log.droppedBytes == 14)
        #expect(log.lastError == SystemError(code: ENOSPC, operation: "write"))
    }

    @Test func `a file is sent from the kernel`() async throws {
        let path = "\(directory)/large"
        let content = (0..<1 << 20).map { UInt8(truncatingIfNeeded: $0 / 3) }
        try File.write(content, to: path)
        try await onLoop { loop in
            let (client, server) = try await connectedPair(on: loop)
            let sender = LoopConfined(server)
            async let sent: Int = {
                let file = try File(path: path)
                let count = try await sender.value.sendFile(file, offset: 5, count: 2 << 20) { loop.never }
                sender.value.close()
                return count
            }()
            let received = ByteBuffer(capacity: 2 << 20)
            while try await client.receive(into: received, limit: .max, deadline: loop.never) > 0 {}
            #expect(received.bytes() == Array(content[5...]))
            #expect(try await sent == content.count - 5)
        }
    }
}
