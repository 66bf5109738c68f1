/// Bytes that a program can never tell apart share a class, which keeps the tables over them small.
struct ByteClasses: Sendable {
    /// The class of every byte.
    let map: [UInt8]
    let count: Int

    init(instructions: [Instruction], sets: [ByteSet]) {
        var refinement = Refinement()
        for set in sets { refinement.split(by: set) }
        for case .byte(let byte) in instructions { refinement.split(by: ByteSet(byte)) }
        for case .assertion(let assertion) in instructions {
            switch assertion {
            case .textStart, .textEnd: break
            case .endOrFinalNewline, .lineStart, .lineEnd: refinement.split(by: .newline)
            case .wordBoundary, .notWordBoundary: refinement.split(by: .word)
            }
        }
        map = refinement.map.map { UInt8(truncatingIfNeeded: $0) }
        count = refinement.count
    }

    /// One byte of every class, by class.
    var representatives: [UInt8] {
        var result = [UInt8](repeating: 0, count: count)
        for byte in UInt8.min...UInt8.max { result[Int(map[Int(byte)])] = byte }
        return result
    }
}

/// A partition of the bytes that gets finer with every set it is shown.
private struct Refinement {
    var map = [Int](repeating: 0, count: 256)
    var count = 1

    mutating func split(by set: ByteSet) {
        guard count < 256 else { return }
        var inside = [Int](repeating: 0, count: count)
        var total = [Int](repeating: 0, count: count)
        for byte in 0..<256 {
            total[map[byte]] += 1
            if set.contains(UInt8(byte)) { inside[map[byte]] += 1 }
        }
        var renamed = [Int?](repeating: nil, count: count)
        for group in renamed.indices where inside[group] > 0 && inside[group] < total[group] {
            renamed[group] = count
            count += 1
        }
        for byte in 0..<256 where set.contains(UInt8(byte)) {
            if let name = renamed[map[byte]] { map[byte] = name }
        }
    }
}
