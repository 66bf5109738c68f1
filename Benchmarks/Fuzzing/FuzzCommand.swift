import Foundation

/// `gatehouse-fuzz TARGET …`: under `Scripts/fuzz` the rest are libFuzzer's arguments; in an ordinary build they are files to replay.
@main struct FuzzCommand {
    static func main() throws {
        guard CommandLine.arguments.count > 1, let target = FuzzTarget(rawValue: CommandLine.arguments[1]) else {
            print("usage: gatehouse-fuzz \(FuzzTarget.allCases.map(\.rawValue).joined(separator: "|")) …")
            exit(2)
        }
        #if FUZZING
            unsafe exit(drive(target))
        #else
            for path in CommandLine.arguments.dropFirst(2) {
                let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
                target.run(bytes.span)
                print("\(path): ok")
            }
        #endif
    }
}

#if FUZZING
    /// The target of this process. Written once, before the driver starts; libFuzzer calls back on the same thread.
    nonisolated(unsafe) private var driven = FuzzTarget.requestHead

    @_silgen_name("LLVMFuzzerRunDriver")
    private func LLVMFuzzerRunDriver(
        _ count: UnsafeMutablePointer<Int32>, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
        _ callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
    ) -> Int32

    /// Gives libFuzzer the arguments without the name of the target, as C wants them.
    private func drive(_ target: FuzzTarget) -> Int32 {
        unsafe driven = target
        var rest = CommandLine.arguments
        rest.remove(at: 1)
        var count = Int32(rest.count)
        // Lives until the process ends, as `argv` does.
        var arguments = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: rest.count + 1)
        for (index, argument) in rest.enumerated() { unsafe arguments[index] = strdup(argument) }
        unsafe arguments[rest.count] = nil
        return unsafe LLVMFuzzerRunDriver(&count, &arguments, testOneInput)
    }

    /// Under libFuzzer's own name for it, because its archive asks for one.
    @_cdecl("LLVMFuzzerTestOneInput")
    func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
        // The bytes are libFuzzer's for the length of this call; it gives none for the empty input.
        guard let bytes = unsafe bytes else { return 0 }
        unsafe driven.run(Span(_unsafeStart: bytes, count: count))
        return 0
    }
#endif
