import Foundation
import GatehouseRuntime
import GatehouseWire

/// A name server on the loopback that answers each question for IPv4 or IPv6 addresses as the test says.
final class ScriptedNames: Sendable {
    enum Answer: Sendable {
        /// Those of the family that is asked for are sent.
        case addresses([String])
        /// SERVFAIL is 2, NXDOMAIN is 3.
        case code(UInt8)
        case silence
    }

    let port: UInt16
    private let questions: Lock<Int>
    private let isOver: Lock<Bool>

    /// - Parameter answer: gets the number of the question, from 1.
    init(_ answer: @escaping @Sendable (Int) -> Answer) throws {
        let socket = try RawDatagrams()
        let (questions, isOver) = (Lock(0), Lock(false))
        (port, self.questions, self.isOver) = (socket.port, questions, isOver)
        Thread.detachNewThread {
            while !isOver.withLock({ $0 }) {
                guard (try? socket.hasDatagram(within: 50)) == true, let (query, sender) = try? socket.receive() else { continue }
                let number = questions.withLock { count in
                    count += 1
                    return count
                }
                guard let reply = Self.reply(to: query, answer(number)) else { continue }
                try? socket.send(reply, to: sender)  // who has gone needs no answer
            }
        }
    }

    deinit { isOver.withLock { $0 = true } }

    /// How many were asked so far.
    var count: Int { questions.withLock { $0 } }

    private static func reply(to query: [UInt8], _ answer: Answer) -> [UInt8]? {
        guard query.count > 16, let nameEnd = query[12...].firstIndex(of: 0), nameEnd + 5 <= query.count else { return nil }
        let question = query[12..<nameEnd + 5]
        let isV4 = query[nameEnd + 2] == 1
        var records: [UInt8] = []
        var (code, count): (UInt8, UInt8) = (0, 0)
        switch answer {
        case .silence: return nil
        case .code(let given): code = given
        case .addresses(let texts):
            for address in texts.compactMap({ IPAddress($0) }) where address.isV4 == isV4 {
                let bytes = address.networkBytes
                records += [0xc0, 12, 0, isV4 ? 1 : 28, 0, 1, 0, 0, 0, 0, 0, UInt8(bytes.count)] + bytes
                count += 1
            }
        }
        return query[..<2] + [0x81, 0x80 | code, 0, 1, 0, count, 0, 0, 0, 0] + question + records
    }
}
