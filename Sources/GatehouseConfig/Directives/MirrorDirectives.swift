/// `mirror`, `mirror_request_body`, `mirror_limit`.
enum MirrorDirectives {
    static let rows: [DirectiveRow] = [
        DirectiveRow(
            "mirror", .everyLevel, .exactly(1), repeats: true, default: "off", "The URI that a copy of each request goes to.", read: mirror),
        .flag(
            "mirror_request_body", .everyLevel, location: \.mirror.takesBody, default: "on",
            "Reads a request's body first, for its copies as well."),
        .number(
            "mirror_limit", .everyLevel, location: \.mirror.limit, default: "512",
            "Copies under way on one event loop; beyond them none are made."),
    ]

    private static func mirror(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        let isOff = reader.string(0) == "off"
        // As nginx: "off" stands alone.
        if !reader.isFirstInBlock, isOff || reader.scope.location.mirror.targets.isEmpty { throw reader.refuse("is duplicate") }
        if isOff {
            reader.scope.location.mirror.targets.clear(level: reader.depth)
        } else {
            reader.scope.location.mirror.targets.append(reader.bytes(0), level: reader.depth)
        }
    }
}
