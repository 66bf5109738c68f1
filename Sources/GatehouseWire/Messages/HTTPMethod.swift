/// A request method; the ones nginx names have a case of their own.
@usableFromInline package enum HTTPMethod: Sendable, Hashable {
    case get, head, post, put, delete, connect, options, trace, patch
    case propfind, proppatch, mkcol, copy, move, lock, unlock
    case other([UInt8])

    // Inlinable, where comparing is a call.
    @inlinable package var isHead: Bool { if case .head = self { true } else { false } }
    @inlinable package var isConnect: Bool { if case .connect = self { true } else { false } }
    @inlinable package var isPost: Bool { if case .post = self { true } else { false } }

    /// Methods are case-sensitive (RFC 9110 §9.1).
    package init(_ bytes: [UInt8]) { self.init(bytes.span, 0..<bytes.count) }

    package init(_ text: String) { self.init(Array(text.utf8)) }

    init(_ bytes: Span<UInt8>, _ range: Range<Int>) {
        var word: UInt64 = 0
        if range.count <= 8 {
            for i in range { word = word << 8 | UInt64(bytes[i]) }
        }
        switch word {
        case 0x47_4554: self = .get
        case 0x4845_4144: self = .head
        case 0x504f_5354: self = .post
        case 0x50_5554: self = .put
        case 0x4445_4c45_5445: self = .delete
        case 0x434f_4e4e_4543_54: self = .connect
        case 0x4f50_5449_4f4e_53: self = .options
        case 0x5452_4143_45: self = .trace
        case 0x5041_5443_48: self = .patch
        case 0x5052_4f50_4649_4e44: self = .propfind
        case 0x4d4b_434f_4c: self = .mkcol
        case 0x434f_5059: self = .copy
        case 0x4d4f_5645: self = .move
        case 0x4c4f_434b: self = .lock
        case 0x554e_4c4f_434b: self = .unlock
        default:
            let copy = Array(copying: bytes.extracting(range))
            self = copy == Array("PROPPATCH".utf8) ? .proppatch : .other(copy)
        }
    }

    @usableFromInline package var bytes: [UInt8] {
        if case .other(let bytes) = self { return bytes }
        return Array(name.utf8)
    }

    package func append(to buffer: ByteBuffer) {
        switch self {
        case .get: buffer.append("GET")
        case .post: buffer.append("POST")
        case .other(let bytes): buffer.append(bytes)
        default: buffer.append(name)
        }
    }

    package var name: String {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .delete: "DELETE"
        case .connect: "CONNECT"
        case .options: "OPTIONS"
        case .trace: "TRACE"
        case .patch: "PATCH"
        case .propfind: "PROPFIND"
        case .proppatch: "PROPPATCH"
        case .mkcol: "MKCOL"
        case .copy: "COPY"
        case .move: "MOVE"
        case .lock: "LOCK"
        case .unlock: "UNLOCK"
        case .other(let bytes): String(decoding: bytes, as: UTF8.self)
        }
    }

    /// Whether a repetition does no harm, as `proxy_next_upstream` without `non_idempotent` decides it: all but POST, LOCK and PATCH.
    package var isIdempotent: Bool {
        switch self {
        case .post, .lock, .patch, .connect, .other: false
        default: true
        }
    }

    /// RFC 9110 §9.2.1.
    package var isSafe: Bool {
        switch self {
        case .get, .head, .options, .trace, .propfind: true
        default: false
        }
    }
}
