import Testing

@testable import GatehouseWire

@Suite struct ByteBufferTests {
    @Test func `bytes come out in the order they went in`() {
        let buffer = ByteBuffer()
        buffer.append("one ")
        buffer.append([UInt8]("two ".utf8))
        buffer.append([UInt8]("xthreex".utf8), range: 1..<6)
        buffer.append([UInt8](" four".utf8)[1...])
        #expect(buffer.bytes() == Array("one two threefour".utf8))
        buffer.consume(4)
        #expect(buffer.count == 13)
        #expect(buffer[0] == UInt8(ascii: "t"))
        #expect(buffer.bytes(in: 4..<9) == Array("three".utf8))
    }

    @Test func `an empty buffer has an empty span and no storage`() {
        let buffer = ByteBuffer()
        #expect(buffer.capacity == 0)
        #expect(buffer.readable.count == 0)
        #expect(buffer.bytes().isEmpty)
    }

    @Test func `growing keeps what was not consumed`() {
        let buffer = ByteBuffer(capacity: 8)
        var expected: [UInt8] = []
        for i in 0..<2000 {
            buffer.append(UInt8(truncatingIfNeeded: i))
            expected.append(UInt8(truncatingIfNeeded: i))
            if i % 3 == 0 {
                buffer.consume(1)
                expected.removeFirst()
            }
        }
        #expect(buffer.bytes() == expected)
    }

    @Test func `a consumed front is used again before the storage grows`() {
        let buffer = ByteBuffer(capacity: 64)
        buffer.append([UInt8](repeating: 1, count: 60))
        buffer.consume(50)
        buffer.append([UInt8](repeating: 2, count: 40))
        #expect(buffer.capacity == 64)
        #expect(buffer.bytes() == [UInt8](repeating: 1, count: 10) + [UInt8](repeating: 2, count: 40))
    }

    @Test func `a buffer can be appended to itself`() {
        let buffer = ByteBuffer(capacity: 3)
        buffer.append("abc")
        buffer.append(buffer, range: 1..<3)
        #expect(buffer.bytes() == Array("abcbc".utf8))
    }

    @Test(arguments: [0, 1, 9, 10, 15, 16, 255, 256, 4095, 65536, -1, -90, Int.max, Int.min])
    func `numbers are written as the standard library writes them`(_ number: Int) {
        let buffer = ByteBuffer()
        buffer.appendDecimal(number)
        #expect(buffer.bytes() == Array(String(number).utf8))
        guard number >= 0 else { return }
        buffer.clear()
        buffer.appendHex(number)
        #expect(buffer.bytes() == Array(String(number, radix: 16).utf8))
    }

    @Test func `writing in place commits what was written, and nothing on a failure`() {
        let buffer = ByteBuffer()
        let written = unsafe buffer.withWritable(minimum: 10) { region in
            unsafe region[0] = 65
            unsafe region[1] = 66
            return 2
        }
        #expect(written == 2)
        #expect(unsafe buffer.withWritable(minimum: 1000) { _ in -1 } == -1)
        #expect(buffer.bytes() == [65, 66])
        buffer.overwrite(at: 1, with: 67)
        buffer.truncate(to: 2)
        #expect(buffer.bytes() == [65, 67])
        buffer.truncate(to: 0)
        #expect(buffer.isEmpty)
    }
}
