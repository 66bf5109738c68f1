/// Names with wildcards, as `server_name` and `map … hostnames` take them.
package enum HostnamePattern {
    /// Whether `text` is a name, `*.name`, `.name` or `name.*`: at most one asterisk, at an end and beside a dot, and no two dots in a row.
    package static func isValid(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        let dot = UInt8(ascii: ".")
        let asterisk = UInt8(ascii: "*")
        if bytes.contains(0) { return false }
        for i in bytes.indices.dropFirst() where bytes[i] == dot && bytes[i - 1] == dot { return false }
        let stars = bytes.indices.filter { bytes[$0] == asterisk }
        guard let star = stars.first else { return bytes.first != dot || bytes.count > 1 }
        guard stars.count == 1, bytes.count > 2 else { return false }
        if star == 0 { return bytes[1] == dot }
        return star == bytes.count - 1 && bytes[star - 1] == dot && bytes[0] != dot
    }
}
