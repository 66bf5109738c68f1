/// Static files: where they are and how they are described.
enum FileDirectives {
    static let rows = serving + cache

    private static let serving: [DirectiveRow] = [
        DirectiveRow(
            "root", [.http, .server, .location, .ifInLocation], .exactly(1), default: "html", "Directory that the URI is appended to.",
            read: readRoot),
        DirectiveRow("alias", .location, .exactly(1), "Path that replaces the location's part of the URI.", read: readAlias),
        DirectiveRow(
            "index", .everyLevel, .atLeast(1), repeats: true, default: "index.html", "Files tried for a URI that ends in a slash.",
            read: readIndex),
        DirectiveRow("try_files", [.server, .location], .atLeast(2), "Answers with the first file that exists.", read: readTryFiles),
        DirectiveRow("types", .everyLevel, .block(0...0), repeats: true, "Media types by file extension.", read: readTypes),
        DirectiveRow("default_type", .everyLevel, .exactly(1), default: "text/plain", "Media type of other files.") {
            $0.scope.location.defaultType = $0.bytes(0)
        },
        .flag("etag", .everyLevel, location: \.sendsETag, default: "on", "Sends ETag for files."),
        DirectiveRow("if_modified_since", .everyLevel, .exactly(1), default: "exact", "How If-Modified-Since is compared.") {
            $0.scope.location.ifModifiedSince = try $0.option(0, ["off": .off, "exact": .exact, "before": .before])
        },
        DirectiveRow("max_ranges", .everyLevel, .exactly(1), "Most ranges of a request; 0 turns ranges off.") {
            $0.scope.location.maxRanges = try $0.integer(0)
        },
        .flag("log_not_found", .everyLevel, location: \.logsNotFound, default: "on", "Logs files that do not exist."),
        .flag(
            "sendfile", [.http, .server, .location, .ifInLocation], location: \.usesSendfile, default: "off",
            "Lets the kernel send files."),
        .size("sendfile_max_chunk", .everyLevel, location: \.sendfileMaxChunk, default: "2m", "Most bytes of one sendfile call."),
        .flag("log_subrequest", .everyLevel, location: \.logsSubrequests, default: "off", "Writes access log lines for subrequests."),
        .buffers("output_buffers", .everyLevel, location: \.outputBuffers, default: "2 32k", "Buffers for reading files."),
        .size("postpone_output", .everyLevel, location: \.postponeOutput, default: "1460", "Bytes worth waiting for before sending."),
    ]

    private static let cache: [DirectiveRow] = [
        ("open_file_cache", ArgumentShape.between(1, 2)), ("open_file_cache_valid", .exactly(1)), ("open_file_cache_min_uses", .exactly(1)),
        ("open_file_cache_errors", .flag), ("open_file_cache_events", .flag),
    ].map { name, shape in .ignored(name, .everyLevel, shape, because: "Files are opened anew: the kernel's own cache makes that cheap.") }

    @Sendable private static func readRoot(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        try checkPathVariables(reader)
        if reader.scope.has("alias") {
            throw reader.fail("\"root\" directive is duplicate, \"alias\" directive was specified earlier")
        }
        reader.scope.location.root = try path(reader, dropsFinalSlash: true)
        reader.scope.location.alias = nil
    }

    @Sendable private static func readAlias(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        if reader.scope.has("root") {
            throw reader.fail("\"alias\" directive is duplicate, \"root\" directive was specified earlier")
        }
        if reader.scope.place.kind == .named {
            throw reader.fail("the \"alias\" directive cannot be used inside the named location")
        }
        try checkPathVariables(reader)
        reader.scope.location.alias = try path(reader, dropsFinalSlash: false)
        reader.scope.location.aliasedLength = reader.scope.place.prefix.count
    }

    private static func path(_ reader: DirectiveReader, dropsFinalSlash: Bool) throws(ConfigurationError) -> Template {
        var text = reader.bytes(0)
        if dropsFinalSlash, text.last == UInt8(ascii: "/") { text.removeLast() }
        if text.first != UInt8(ascii: "$"), text.first != UInt8(ascii: "/"), !(text.isEmpty && reader.bytes(0) == [UInt8(ascii: "/")]) {
            text = Array(reader.scope.shared.paths.prefix.utf8) + text
        }
        return try reader.template(text, at: 0)
    }

    private static func checkPathVariables(_ reader: DirectiveReader) throws(ConfigurationError) {
        for name in ["document_root", "realpath_root"] {
            let template = try reader.template(0)
            let isUsed = template.parts.contains { $0 == BuiltinVariable(rawValue: name).map { .variable(.builtin($0)) } }
            if isUsed { throw reader.fail("the $\(name) variable cannot be used in the \"\(reader.name)\" directive", at: 0) }
        }
    }

    @Sendable private static func readIndex(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        for index in 0..<reader.count {
            let text = reader.bytes(index)
            if text.isEmpty { throw reader.fail("index \"\" in \"index\" directive is invalid", at: index) }
            if text.first == UInt8(ascii: "/"), index < reader.count - 1 {
                reader.warn("only the last index in \"index\" directive should be absolute", at: index)
            }
            reader.scope.location.index.append(try reader.template(index), level: reader.depth)
        }
    }

    @Sendable private static func readTryFiles(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        var candidates: [(path: Template, isDirectory: Bool)] = []
        for index in 0..<(reader.count - 1) {
            var text = reader.bytes(index)
            let isDirectory = text.last == UInt8(ascii: "/")
            if isDirectory { text.removeLast() }
            candidates.append((try reader.template(text, at: index), isDirectory))
        }
        reader.scope.location.tryFiles = TryFilesRule(candidates: candidates, fallback: try fallback(reader))
    }

    private static func fallback(_ reader: DirectiveReader) throws(ConfigurationError) -> TryFilesRule.Fallback {
        let last = reader.count - 1
        let text = reader.bytes(last)
        if text.first == UInt8(ascii: "=") {
            guard let code = Quantity.integer(text.dropFirst()), code <= 999 else {
                throw reader.fail("invalid code \"\(reader.string(last))\"", at: last)
            }
            return .status(code)
        }
        return text.first == UInt8(ascii: "@") ? .named(reader.string(last)) : .uri(try reader.template(last))
    }

    @Sendable private static func readTypes(_ reader: inout DirectiveReader) {
        let isFirst = reader.scope.seen["types"] == reader.position
        var types = isFirst ? MediaTypes() : reader.scope.location.types
        reader.forEachEntry { entry in
            let type = Array(entry.name.utf8)
            for index in 0..<entry.count {
                let name = Array(entry.string(index).lowercased().utf8)
                if let old = types.byExtension[name] {
                    let (now, before) = (entry.name, String(decoding: old, as: UTF8.self))
                    entry.warn(
                        "duplicate extension \"\(entry.string(index))\", content type: \"\(now)\", previous content type: \"\(before)\"",
                        at: index)
                }
                types.byExtension[name] = type
            }
        }
        reader.scope.location.types = types
    }
}
