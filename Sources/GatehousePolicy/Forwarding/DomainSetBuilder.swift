import GatehouseWire

/// Gathers the names of a `DomainSet` from the lists that people have, each line in whatever format it is.
///
/// | line | what it means |
/// |---|---|
/// | `0.0.0.0 a.example b.example` | hosts file: these names |
/// | `a.example` | the name and all below it; so do `.a.example` and `*.a.example` |
/// | `\|\|a.example^` | Adblock: the same; with `@@` before it, an exception |
/// | `address=/a.example/0.0.0.0` | dnsmasq, also `server=` and `local=`: the same |
///
/// Comments begin with `#`, `!`, `;` or `[`. Lines that name more than a domain (paths, options, patterns) are counted and left out.
package struct DomainSetBuilder: Sendable {
    private let key: UInt64
    private var exact: [UInt64] = []
    private var below: [UInt64] = []
    private var exceptions: [UInt64] = []
    /// Lines that say something that is no domain.
    package private(set) var skipped = 0

    /// - Parameter key: random, the same for all names of a set.
    package init(key: UInt64) { self.key = key }

    package func build() -> DomainSet { DomainSet(key: key, exact: exact, below: below, exceptions: exceptions) }

    /// - Returns: false where `name` is no domain name.
    @discardableResult
    package mutating func add(_ name: [UInt8], _ scope: DomainSet.Scope) -> Bool { add(name[...], scope) }

    /// Reads a whole list.
    package mutating func add(list: [UInt8]) {
        // A byte order mark before the first line is none of its name.
        var start = list.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
        while start < list.count {
            var end = start
            while end < list.count, list[end] != 0x0a { end += 1 }
            let line = Self.trim(list[start..<end])
            if !line.isEmpty, !Self.isComment(line) { add(line: line) }
            start = end + 1
        }
    }

    private mutating func add(line: ArraySlice<UInt8>) {
        let isRead =
            if line.starts(with: "||".utf8) || line.starts(with: "@@".utf8) {
                addAdblock(line)
            } else if line.contains(UInt8(ascii: "=")) {
                addDnsmasq(line)
            } else if let blank = line.firstIndex(where: Self.isBlank) {
                Self.isComment(Self.trim(line[blank...])) ? addPlain(line[..<blank]) : addHosts(line)
            } else {
                addPlain(line)
            }
        if !isRead { skipped += 1 }
    }

    private mutating func addPlain(_ line: ArraySlice<UInt8>) -> Bool { add(Self.bare(line), .below) }

    /// A name without the `.` or `*.` that may stand before it, which says nothing more.
    package static func bare(_ name: [UInt8]) -> [UInt8] { Array(bare(name[...])).map(ByteClass.lowercase) }

    private static func bare(_ name: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        if name.starts(with: "*.".utf8) { return name.dropFirst(2) }
        return name.first == UInt8(ascii: ".") ? name.dropFirst() : name
    }

    private mutating func addAdblock(_ line: ArraySlice<UInt8>) -> Bool {
        let isException = line.starts(with: "@@".utf8)
        let rest = isException ? line.dropFirst(2) : line
        guard rest.starts(with: "||".utf8) else { return false }
        let name = rest.dropFirst(2).prefix { $0 != UInt8(ascii: "^") }
        let tail = rest.dropFirst(2 + name.count)
        // Options narrow a line down to what a proxy does not see; these two do not.
        guard tail.elementsEqual("^".utf8) || tail.elementsEqual("^$important".utf8) || tail.elementsEqual("^$all".utf8) else {
            return false
        }
        return add(name, isException ? .exception : .below)
    }

    private mutating func addDnsmasq(_ line: ArraySlice<UInt8>) -> Bool {
        guard ["address=/", "server=/", "local=/"].contains(where: { line.starts(with: $0.utf8) }) else { return false }
        let parts = line.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard parts.count >= 3 else { return false }
        var isRead = true
        for name in parts[1..<(parts.count - 1)] where !add(name, .below) { isRead = false }
        return isRead
    }

    private mutating func addHosts(_ line: ArraySlice<UInt8>) -> Bool {
        let words = line.split(whereSeparator: Self.isBlank)
        guard let first = words.first, IPAddress(Array(first)) != nil else { return false }
        for word in words.dropFirst() {
            if word.first == UInt8(ascii: "#") { break }
            // What every hosts file says of the machine itself is nobody's wish: a name without a dot is none of the net.
            if word.contains(UInt8(ascii: ".")), IPAddress(Array(word)) == nil, !word.elementsEqual("localhost.localdomain".utf8) {
                if !add(word, .exact) { return false }
            }
        }
        return true
    }

    private mutating func add(_ name: ArraySlice<UInt8>, _ scope: DomainSet.Scope) -> Bool {
        var name = name
        if name.last == UInt8(ascii: ".") { name = name.dropLast() }
        guard !name.isEmpty, name.count <= 253, name.allSatisfy(Self.isNameByte), name.first != UInt8(ascii: ".") else { return false }
        var hash = DomainHash(key: key)
        for byte in name.reversed() { hash.append(ByteClass.lowercase(byte)) }
        switch scope {
        case .exact: exact.append(hash.value)
        case .below: below.append(hash.value)
        case .exception: exceptions.append(hash.value)
        }
        return true
    }

    // MARK: Bytes

    private static func isNameByte(_ byte: UInt8) -> Bool {
        ByteClass.lowercase(byte) &- 0x61 < 26 || ByteClass.isDigit(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
            || byte == UInt8(ascii: "_") || byte >= 0x80
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    private static func isComment(_ line: ArraySlice<UInt8>) -> Bool {
        guard let first = line.first else { return true }
        return first == UInt8(ascii: "#") || first == UInt8(ascii: "!") || first == UInt8(ascii: ";") || first == UInt8(ascii: "[")
    }

    private static func trim(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var line = line
        while let last = line.last, isBlank(last) || last == 0x0d { line = line.dropLast() }
        return line.drop(while: isBlank)
    }
}
