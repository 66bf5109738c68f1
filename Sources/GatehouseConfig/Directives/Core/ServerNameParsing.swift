/// `server_name`: exact names, wildcards at either end, regular expressions.
enum ServerNameParsing {
    @Sendable static func read(_ reader: inout DirectiveReader) throws(ConfigurationError) {
        for index in 0..<reader.count {
            let written = reader.string(index)
            let text = written.lowercased() == "$hostname" ? reader.scope.shared.host.name : written
            reader.scope.virtualServer.names.append(try name(text, index, reader))
            if reader.scope.virtualServer.primaryName == nil {
                reader.scope.virtualServer.primaryName = primary(text)
            }
        }
    }

    /// `$server_name` has no leading dot; an expression stands as written.
    private static func primary(_ text: String) -> [UInt8] {
        if text.hasPrefix("~") { return Array(text.utf8) }
        return Array(text.lowercased().utf8.drop { $0 == UInt8(ascii: ".") })
    }

    private static func name(_ text: String, _ index: Int, _ reader: DirectiveReader) throws(ConfigurationError) -> ServerName {
        let bytes = Array(text.utf8)
        let isBadStar = bytes.first == UInt8(ascii: "*") && (bytes.count < 3 || bytes[1] != UInt8(ascii: "."))
        if isBadStar || bytes == [UInt8(ascii: ".")] { throw reader.fail("server name \"\(text)\" is invalid", at: index) }
        if bytes.first == UInt8(ascii: "~") { return try pattern(String(text.dropFirst()), index, reader) }
        if bytes.contains(UInt8(ascii: "/")) { reader.warn("server name \"\(text)\" has suspicious symbols", at: index) }
        let lower = text.lowercased()
        if lower.hasPrefix("*.") { return .leadingWildcard(lower, matchesBare: false) }
        if lower.hasPrefix(".") { return .leadingWildcard(lower, matchesBare: true) }
        if lower.hasSuffix(".*") { return .trailingWildcard(lower) }
        return .exact(lower)
    }

    /// Case counts only in an expression without capital letters: the host is in lower case when it is matched.
    private static func pattern(_ source: String, _ index: Int, _ reader: DirectiveReader) throws(ConfigurationError) -> ServerName {
        if source.isEmpty { throw reader.fail("empty regex in server name \"~\"", at: index) }
        let hasCapital = source.utf8.contains { $0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z") }
        return .pattern(source: source, try reader.pattern(source, at: index, caseInsensitive: hasCapital))
    }
}
