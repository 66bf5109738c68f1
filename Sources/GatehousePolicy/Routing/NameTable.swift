/// Host names and their wildcards, mapped to numbers: what `server_name` and `map … hostnames` share.
///
/// Exact names come first, then the longest `*.suffix`, then the longest `prefix.*`. `.name` stands for `name` and `*.name`.
struct NameTable: Sendable {
    private var exact = ByteTable()
    /// Keys with their leading dot: `.example.org`.
    private var suffixes = ByteTable()
    /// Keys with their trailing dot: `www.example.`.
    private var prefixes = ByteTable()

    /// False where the name is there already, or is a wildcard elsewhere than at an end of the name.
    mutating func add(_ name: String, value: Int) -> Bool {
        let bytes = Array(name.utf8)
        let dot = UInt8(ascii: ".")
        let star = UInt8(ascii: "*")
        if bytes.first == dot {
            let isNewSuffix = suffixes.insert(bytes, value: value)
            return exact.insert(Array(bytes.dropFirst()), value: value) && isNewSuffix
        }
        if bytes.starts(with: [star, dot]) { return suffixes.insert(Array(bytes.dropFirst()), value: value) }
        if bytes.count > 2 && bytes.suffix(2) == [dot, star] { return prefixes.insert(Array(bytes.dropLast()), value: value) }
        if bytes.contains(star) { return false }
        return exact.insert(bytes, value: value)
    }

    /// Names only, without wildcards.
    mutating func add(exactly text: [UInt8], value: Int) -> Bool { exact.insert(text, value: value) }

    func find(exactly text: Span<UInt8>) -> Int? { exact.value(for: text) }

    func find(_ name: Span<UInt8>) -> Int? {
        if let value = exact.value(for: name) { return value }
        let dot = UInt8(ascii: ".")
        if !suffixes.isEmpty {
            for index in name.indices where name[index] == dot {
                if let value = suffixes.value(for: name.extracting(index..<name.count)) { return value }
            }
        }
        if !prefixes.isEmpty {
            for index in name.indices.reversed() where name[index] == dot {
                if let value = prefixes.value(for: name.extracting(0..<(index + 1))) { return value }
            }
        }
        return nil
    }
}
