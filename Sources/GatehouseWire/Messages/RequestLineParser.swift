/// Why reading stops before the end of a line or of a head.
enum LineStop: Error {
    case needMore
    case reject(RequestHeadError)
}

/// Reads one request line: method, target and version (RFC 9112 §3), into a head that was just reset.
struct RequestLineParser {
    private let start: Int
    /// Behind the line once it was read.
    private(set) var position: Int

    init(start: Int) {
        self.start = start
        position = start
    }

    mutating func parse(_ input: Span<UInt8>, into head: inout RequestHead) throws(LineStop) {
        try readMethod(input, into: &head)
        try skipSpaces(input)
        let target = position
        try readTarget(input, into: &head)
        head.target.removeAll(keepingCapacity: true)
        head.target.append(copying: input.extracting(target..<position))
        try judgeTarget(&head)
        try skipSpaces(input)
        let version = position
        try readVersion(input, into: &head)
        let end = position
        while try byte(input) == UInt8(ascii: " ") { position += 1 }
        let lineEnd = position
        try readLineEnd(input)
        head.protocolRange = version - start..<end - start
        head.requestLineRange = 0..<lineEnd - start
    }

    @inline(__always) private func byte(_ input: Span<UInt8>) throws(LineStop) -> UInt8 {
        guard position < input.count else { throw .needMore }
        return input[position]
    }

    private mutating func skipSpaces(_ input: Span<UInt8>) throws(LineStop) {
        switch try byte(input) {
        case UInt8(ascii: " "): break
        case 10, 13: throw .reject(.oldVersion)
        default: throw .reject(.request)
        }
        while try byte(input) == UInt8(ascii: " ") { position &+= 1 }
    }

    /// Capital letters, `_` and `-` as in nginx.
    private mutating func readMethod(_ input: Span<UInt8>, into head: inout RequestHead) throws(LineStop) {
        while true {
            let byte = try byte(input)
            guard byte &- 0x41 < 26 || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") else { break }
            position &+= 1
        }
        guard position > start, input[position] == UInt8(ascii: " ") else { throw .reject(.method) }
        head.method = HTTPMethod(input, start..<position)
    }

    /// Moves behind the target, whose bytes have no controls; its form is judged afterwards.
    private mutating func readTarget(_ input: Span<UInt8>, into head: inout RequestHead) throws(LineStop) {
        let target = position
        position = input.endOfTarget(from: position)
        _ = try byte(input)
        guard position > target else { throw .reject(.request) }
    }

    private func judgeTarget(_ head: inout RequestHead) throws(LineStop) {
        if head.method == .connect { return try judgeAuthority(&head) }
        let first = head.target[0]
        if first == UInt8(ascii: "/") { return }
        if ByteClass.lowercase(first) &- 0x61 < 26 { return try judgeAbsolute(&head) }
        guard first == UInt8(ascii: "*"), head.target.count == 1, head.method == .options else { throw .reject(.request) }
        head.form = .asterisk
    }

    /// CONNECT: a host and a port of 1 to 65535, nothing else (RFC 9112 §3.2.3).
    private func judgeAuthority(_ head: inout RequestHead) throws(LineStop) {
        head.form = .authority
        guard case .valid(let port?) = HostName.parse(head.target, into: &head.hostText) else { throw .reject(.request) }
        head.hostPort = port
    }

    /// A scheme, `://`, an authority, and what follows from `/` or `?` on (RFC 9112 §3.2.2).
    private func judgeAbsolute(_ head: inout RequestHead) throws(LineStop) {
        let target = head.target
        var i = 0
        while i < target.count, RequestLineParser.isSchemeByte(target[i]) { i += 1 }
        guard i + 3 <= target.count, target[i..<i + 3].elementsEqual("://".utf8) else { throw .reject(.request) }
        let authority = i + 3
        var end = authority
        while end < target.count, target[end] != UInt8(ascii: "/"), target[end] != UInt8(ascii: "?") { end += 1 }
        guard case .valid(let port) = HostName.parse(target, authority..<end, into: &head.hostText) else { throw .reject(.targetHost) }
        head.hostPort = port
        head.pathStart = end
        head.form = .absolute(scheme: target[..<i].map(ByteClass.lowercase), authority: Array(target[authority..<end]))
    }

    private static func isSchemeByte(_ byte: UInt8) -> Bool {
        ByteClass.lowercase(byte) &- 0x61 < 26 || ByteClass.isDigit(byte)
            || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }

    /// `HTTP/1.` and up to three digits; 2 and above is 505, everything else a bad request.
    private mutating func readVersion(_ input: Span<UInt8>, into head: inout RequestHead) throws(LineStop) {
        if readUsualVersion(input) {
            head.version = .http11
            return
        }
        for letter: UInt8 in [0x48, 0x54, 0x54, 0x50, 0x2f] {
            let byte = try byte(input)
            if byte == 10 || byte == 13 { throw .reject(.oldVersion) }
            guard byte == letter else { throw .reject(.request) }
            position &+= 1
        }
        let major = try readNumber(input)
        if major > 1 { throw .reject(.version) }
        guard major == 1, try byte(input) == UInt8(ascii: ".") else { throw .reject(.request) }
        position &+= 1
        head.version = try readNumber(input) == 0 ? .http10 : .http11
    }

    /// `HTTP/1.1` at once.
    private mutating func readUsualVersion(_ input: Span<UInt8>) -> Bool {
        guard position &+ 8 < input.count, input.word(at: position) == 0x312e_312f_5054_5448, !ByteClass.isDigit(input[position &+ 8])
        else { return false }
        position &+= 8
        return true
    }

    private mutating func readNumber(_ input: Span<UInt8>) throws(LineStop) -> Int {
        let start = position
        var number = 0
        while case let byte = try byte(input), ByteClass.isDigit(byte) {
            number = number &* 10 &+ Int(byte &- 0x30)
            position &+= 1
            if position - start > 3 { throw .reject(.request) }
        }
        if position == start { throw .reject(.request) }
        return number
    }

    private mutating func readLineEnd(_ input: Span<UInt8>) throws(LineStop) {
        if try byte(input) == 13 { position &+= 1 }
        guard try byte(input) == 10 else { throw .reject(.request) }
        position &+= 1
    }
}
