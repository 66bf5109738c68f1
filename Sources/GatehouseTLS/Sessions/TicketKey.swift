/// One key of session tickets: a name in the clear, a cipher key, a MAC key (RFC 5077 section 4).
struct TicketKey: Equatable, Sendable {
    let name: [UInt8]
    let aes: [UInt8]
    let hmac: [UInt8]

    /// The contents of a key file: 48 bytes (AES-128) or 80 (AES-256), laid out as nginx's. Nil for any other size.
    init?(file: [UInt8]) {
        name = Array(file.prefix(16))
        switch file.count {
        case 48:
            aes = Array(file[16..<32])
            hmac = Array(file[32..<48])
        case 80:
            hmac = Array(file[16..<48])
            aes = Array(file[48..<80])
        default: return nil
        }
    }
}

/// Keys that change by themselves: one encrypts for a session's lifetime, its predecessor still decrypts for as long again.
struct TicketKeyRing {
    private var current: TicketKey
    private var previous: TicketKey?
    /// Epoch seconds of the next change.
    private var expires: Int

    init(first: TicketKey, now: Int, lifetime: Int) {
        current = first
        expires = now + lifetime
    }

    /// Puts `fresh` first where the current key's time is over; a predecessor unused for a whole lifetime is forgotten.
    mutating func rotate(now: Int, lifetime: Int, fresh: () -> TicketKey?) {
        guard now >= expires, let key = fresh() else { return }
        previous = now < expires + lifetime ? current : nil
        current = key
        expires = now + lifetime
    }

    /// The encrypting key first.
    var keys: [TicketKey] { previous.map { [current, $0] } ?? [current] }
}
