import Foundation
import GatehouseConfig
import GatehouseWire
import Glibc
import Testing

@testable import Gatehouse

@Suite struct ListeningTableTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func listen(_ address: ListenAddress, reusesPort: Bool = false, binds: Bool = false) -> ListenSettings {
        var settings = ListenSettings(address: address, position: SourcePosition(file: "test", line: 1, column: 1))
        settings.reusesPort = reusesPort
        settings.binds = binds
        return settings
    }

    private var socket: ListenAddress { .unix(directory.path("s")) }

    private func isOpen(_ descriptor: Int32) -> Bool { fcntl(descriptor, F_GETFD) != -1 }

    @Test func `a private socket is its owner's alone, and takes the place of one that was left behind`() throws {
        var control = listen(socket)
        control.isPrivate = true
        let first = try ListeningTable().adapted(to: [control], loops: 1) { _ in .fail }
        let permissions = try FileManager.default.attributesOfItem(atPath: directory.path("s"))[.posixPermissions] as? Int
        #expect(permissions.map { $0 & 0o777 } == 0o600)
        #expect(throws: ListeningError.self) { try ListeningTable().adapted(to: [control], loops: 1) { _ in .fail } }
        first.close(removesFiles: false)
        let second = try ListeningTable().adapted(to: [control], loops: 1) { _ in .fail }
        second.close()
        #expect(!directory.has("s"))
    }

    @Test func `an address that stays keeps its socket`() throws {
        let first = try ListeningTable().adapted(to: [listen(socket)], loops: 1) { _ in .fail }
        let second = try first.adapted(to: [listen(socket), listen(.unix(directory.path("t")))], loops: 1) { _ in .fail }
        defer { second.close() }
        #expect(first.descriptors[socket] == second.descriptors[socket] && second.descriptors.count == 2)
    }

    @Test func `closing leaves the sockets of the next table open and removes the files of the others`() throws {
        let other = ListenAddress.unix(directory.path("t"))
        let first = try ListeningTable().adapted(to: [listen(socket), listen(other)], loops: 1) { _ in .fail }
        let second = try first.adapted(to: [listen(other)], loops: 1) { _ in .fail }
        defer { second.close() }
        first.close(except: second)
        #expect(second.descriptors[other].map { $0.allSatisfy(isOpen) } == true)
        #expect(!directory.has("s") && directory.has("t"))
    }

    @Test func `with reuseport an address has a socket for each loop`() throws {
        let address = ListenAddress.ip(.v4(0x7f00_0001), port: 0)
        let table = try ListeningTable().adapted(to: [listen(address, reusesPort: true)], loops: 3) { _ in .fail }
        defer { table.close() }
        #expect(table.descriptors[address]?.count == 3)
    }

    @Test func `a failure closes what was opened and leaves the rest`() throws {
        let first = try ListeningTable().adapted(to: [listen(socket)], loops: 1) { _ in .fail }
        defer { first.close() }
        let impossible = listen(.unix(directory.path("missing/s")))
        let error = #expect(throws: ListeningError.self) {
            try first.adapted(to: [listen(socket), listen(.unix(directory.path("t"))), impossible], loops: 1) { _ in .fail }
        }
        #expect(error?.description == "bind() to unix:\(directory.path("missing/s")) failed (2: No such file or directory)")
        #expect(!directory.has("t") && first.descriptors[socket].map { $0.allSatisfy(isOpen) } == true)
    }

    @Test func `an address in use is tried as often as asked`() throws {
        let first = try ListeningTable().adapted(to: [listen(socket)], loops: 1) { _ in .fail }
        defer { first.close() }
        var tries = 0
        #expect(throws: ListeningError.self) {
            try ListeningTable().adapted(to: [listen(socket)], loops: 1) { _ in
                tries += 1
                return tries < 3 ? .tryAgain : .fail
            }
        }
        #expect(tries == 3)
    }

    @Test func `a test leaves an address in use out`() throws {
        let first = try ListeningTable().adapted(to: [listen(socket)], loops: 1) { _ in .fail }
        defer { first.close() }
        #expect(try ListeningTable().adapted(to: [listen(socket)], loops: 1) { _ in .leaveOut }.sockets.isEmpty)
    }

    @Test func `a port that is bound for all addresses covers the others`() {
        let all = ListenAddress.ip(.v4(0), port: 80)
        let one = ListenAddress.ip(.v4(0x7f00_0001), port: 80)
        let elsewhere = ListenAddress.ip(.v4(0x7f00_0001), port: 81)
        let bound = ListeningTable.boundListeners([listen(all), listen(one), listen(elsewhere)])
        #expect(bound.map(\.address) == [all, elsewhere])
        #expect(ListeningTable.boundListeners([listen(all), listen(one, binds: true)]).count == 2)
    }

    @Test func `an inherited socket is found under its address`() throws {
        let first = try ListeningTable().adapted(to: [listen(socket)], loops: 1) { _ in .fail }
        defer { first.close() }
        let inherited = ListeningTable(inheriting: first.descriptors.values.flatMap { $0 })
        #expect(inherited.descriptors == first.descriptors)
    }
}
