import GatehousePolicy

/// The parameters of `health_check`.
enum HealthCheckParameter {
    static func apply(_ index: Int, of reader: DirectiveReader, to settings: inout HealthCheckSettings) throws(ConfigurationError) {
        let (key, value) = reader.keyValue(index)
        guard let value else { return try applyFlag(key, index, reader, &settings) }
        switch key {
        case "interval": settings.rules.interval = try time(value, reader, index, allowsZero: false)
        case "jitter": settings.rules.jitter = try time(value, reader, index, allowsZero: true)
        case "timeout": settings.timeout = try time(value, reader, index, allowsZero: false)
        case "keepalive_time": settings.keepaliveTime = try time(value, reader, index, allowsZero: false)
        case "fails": settings.rules.fails = try number(value, reader, index, in: 1...Int.max)
        case "passes": settings.rules.passes = try number(value, reader, index, in: 1...Int.max)
        case "port": settings.port = try number(value, reader, index, in: 1...65535)
        case "uri": settings.uri = try uri(value, reader, index)
        case "match": settings.matchName = reader.argument(index)
        case "type": settings.kind = try kind(value, reader, index)
        default: throw unknown(reader, index)
        }
    }

    private static func applyFlag(
        _ word: String, _ index: Int, _ reader: DirectiveReader, _ settings: inout HealthCheckSettings
    ) throws(ConfigurationError) {
        switch word {
        case "mandatory": settings.rules.isMandatory = true
        case "persistent": settings.rules.isPersistent = true
        // A location's `proxy_pass` says it; in `upstream` nothing else does.
        case "tls" where reader.context == .upstream: settings.usesTLS = true
        default: throw unknown(reader, index)
        }
    }

    private static func unknown(_ reader: DirectiveReader, _ index: Int) -> ConfigurationError {
        let known = [
            "interval=", "jitter=", "fails=", "passes=", "uri=", "port=", "match=", "type=", "keepalive_time=", "timeout=", "mandatory",
            "persistent",
        ]
        let all = known + (reader.context == .upstream ? ["tls"] : [])
        let hint = "a health check takes " + all.map { "\"\($0)\"" }.joined(separator: ", ")
        return reader.fail("invalid parameter \"\(reader.string(index))\"", at: index, hints: [hint])
    }

    private static func invalid(_ reader: DirectiveReader, _ index: Int, _ cure: String) -> ConfigurationError {
        reader.fail("invalid value \"\(reader.string(index))\"", at: index, hints: ["it has to be \(cure)"])
    }

    private static func time(
        _ value: String, _ reader: DirectiveReader, _ index: Int, allowsZero: Bool
    ) throws(ConfigurationError) -> Duration {
        guard let time = Quantity.duration(Array(value.utf8)), allowsZero || time > .zero else {
            throw invalid(reader, index, "a time, as in \"5s\"")
        }
        return time
    }

    private static func number(
        _ value: String, _ reader: DirectiveReader, _ index: Int, in range: ClosedRange<Int>
    ) throws(ConfigurationError) -> Int {
        guard let number = Quantity.integer(value.utf8), range.contains(number) else {
            throw invalid(reader, index, range.upperBound == .max ? "a number from 1 on" : "a number from 1 to \(range.upperBound)")
        }
        return number
    }

    private static func uri(_ value: String, _ reader: DirectiveReader, _ index: Int) throws(ConfigurationError) -> [UInt8] {
        let bytes = Array(value.utf8)
        guard bytes.first == UInt8(ascii: "/"), bytes.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            throw invalid(reader, index, "a path that begins with a slash, escaped as in a request, as in \"uri=/health?full=1\"")
        }
        return bytes
    }

    private static func kind(
        _ value: String, _ reader: DirectiveReader, _ index: Int
    ) throws(ConfigurationError) -> HealthCheckSettings.Kind {
        switch value {
        case "http": return .http
        case "tcp": return .tcp
        case "grpc": throw invalid(reader, index, "\"type=http\" or \"type=tcp\": gRPC is not spoken yet")
        default: throw invalid(reader, index, "\"type=http\" or \"type=tcp\"")
        }
    }
}
