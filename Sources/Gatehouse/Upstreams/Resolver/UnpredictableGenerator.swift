/// The system's random numbers from a type that has storage: the address of an empty one means nothing, and ThreadSanitizer, which looks at
/// every `inout`, stumbles over it.
struct UnpredictableGenerator: RandomNumberGenerator {
    private var system = SystemRandomNumberGenerator()
    private var storage: UInt8 = 0

    init() {}

    mutating func next() -> UInt64 { system.next() }
}
