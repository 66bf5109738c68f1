import GatehouseConfig
import GatehousePattern
import GatehouseWire

/// What can be fuzzed, by the name of its folder in `Fuzzing/Corpus`. Each takes any bytes and must not trap.
enum FuzzTarget: String, CaseIterable {
    case requestHead = "request-head"
    case responseHead = "response-head"
    case chunkedBody = "chunked-body"
    case proxyHeader = "proxy-header"
    case texts
    case configuration
    case pattern

    func run(_ input: Span<UInt8>) {
        switch self {
        case .requestHead: WireFuzz.requestHead(input)
        case .responseHead: WireFuzz.responseHead(input)
        case .chunkedBody: WireFuzz.chunkedBody(input)
        case .proxyHeader: WireFuzz.proxyHeader(input)
        case .texts: WireFuzz.texts(input)
        case .configuration: fuzzConfiguration(input)
        case .pattern: fuzzPattern(input)
        }
    }
}
