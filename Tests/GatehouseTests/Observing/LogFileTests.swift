import GatehouseWire
import Testing

@testable import Gatehouse

@Suite struct LogFileTests {
    let directory: TemporaryDirectory
    let writer: LogWriter
    let files: LogFiles

    init() throws {
        directory = try TemporaryDirectory()
        writer = try LogWriter(pause: .milliseconds(1))
        files = LogFiles(writer: writer)
    }

    @Test func `without a thread a line is on disk when append returns`() throws {
        let log = try files.open(directory.path("log"))
        log.append(Array("one\n".utf8))
        #expect(directory.read("log") == "one\n")
    }

    @Test func `with a thread every line is on disk after the stop, in order`() throws {
        let log = try files.open(directory.path("log"))
        try writer.start()
        for number in 0..<1000 { log.append(Array("\(number)\n".utf8)) }
        writer.stop()
        #expect(directory.read("log") == (0..<1000).map { "\($0)\n" }.joined())
    }

    @Test func `lines from many threads stay whole`() async throws {
        let log = try files.open(directory.path("log"))
        try writer.start()
        await withTaskGroup(of: Void.self) { group in
            for task in 0..<4 {
                group.addTask { for _ in 0..<250 { log.append(Array("task \(task) was here\n".utf8)) } }
            }
        }
        writer.stop()
        let lines = directory.read("log").split(separator: "\n")
        #expect(lines.count == 1000 && lines.allSatisfy { $0.hasSuffix("was here") && $0.utf8.count == 15 })
    }

    @Test func `a buffered log writes nothing before its size is reached`() throws {
        let log = try files.open(directory.path("log"), buffering: .init(size: 8))
        log.append(Array("1234\n".utf8))
        #expect(directory.read("log") == "")
        log.append(Array("567\n".utf8))
        #expect(directory.read("log") == "1234\n567\n")
    }

    @Test func `a buffered log writes what waits when it is told to flush`() throws {
        let log = try files.open(directory.path("log"), buffering: .init(size: 4096))
        log.append(Array("x\n".utf8))
        writer.flushNow()
        #expect(directory.read("log") == "x\n")
    }

    @Test func `a flush interval writes though the buffer is not full`() async throws {
        let log = try files.open(directory.path("log"), buffering: .init(size: 4096, interval: .milliseconds(2)))
        try writer.start()
        log.append(Array("x\n".utf8))
        let end = ContinuousClock.now + .seconds(5)
        while directory.read("log").isEmpty && .now < end { await Task.yield() }
        #expect(directory.read("log") == "x\n")
        writer.stop()
    }

    @Test func `lines beyond the limit are dropped and counted`() throws {
        let descriptor = try LogSystem.openForAppending(directory.path("log"))
        let log = LogFile(path: "log", descriptor: descriptor, writer: writer, buffering: .init(size: 10), limit: 10)
        log.append(Array("12345\n".utf8))
        log.append(Array("123456789\n".utf8))
        #expect(log.write(isFinal: true) == 1)
        #expect(directory.read("log") == "12345\n")
    }

    @Test func `reopening moves on to a new file under the old name`() throws {
        let log = try files.open(directory.path("log"))
        log.append(Array("old\n".utf8))
        try directory.rename("log", to: "log.1")
        log.append(Array("late\n".utf8))
        #expect(files.reopen() == [])
        log.append(Array("new\n".utf8))
        #expect(directory.read("log.1") == "old\nlate\n" && directory.read("log") == "new\n")
    }

    @Test func `two directives that name one path share one file`() throws {
        #expect(try files.open(directory.path("log")) === files.open(directory.path("log")))
    }

    @Test func `an adopted descriptor takes the place of the old one`() throws {
        let log = try files.open(directory.path("a"))
        files.adopt(directory.path("a"), descriptor: try LogSystem.openForAppending(directory.path("b")))
        log.append(Array("x\n".utf8))
        #expect(directory.read("a") == "" && directory.read("b") == "x\n")
    }

    @Test func `files opened on demand are closed when too many are open`() throws {
        let files = LogFiles(writer: writer, dynamicLimit: 2)
        let first = try files.openOnDemand(directory.path("1"))
        _ = try files.openOnDemand(directory.path("2"))
        #expect(try files.openOnDemand(directory.path("1")) === first)
        _ = try files.openOnDemand(directory.path("3"))
        #expect(try files.openOnDemand(directory.path("1")) === first)
    }

    @Test func `a path that cannot be opened says why in nginx's words`() {
        let path = directory.path("missing/log")
        let error = #expect(throws: LogFileError.self) { try files.open(path) }
        #expect(error?.description == "open() \"\(path)\" failed (2: No such file or directory)")
    }
}
