import GatehouseWire

/// Remembers for `sticky learn` which server has which session. Owns the sessions of one zone; what names a session, and which server an
/// answer came from, it is told.
///
/// As in nginx: a session that is used lives on, one that is not used for `timeout` is forgotten, and when the zone is full the one unused
/// for longest makes room. Sessions are known by a digest, so that a long name takes no more room than a short one.
package struct StickySessions: Sendable {
    private struct Session: Sendable {
        let digest: [UInt8]
        var server: [UInt8]
        var lastUsed: MonotonicInstant
        /// Neighbours in the order of use, by place; -1 at the ends.
        var older: Int
        var newer: Int
    }

    /// How long after its last use a session is forgotten.
    package var timeout: Duration
    /// Sessions that are remembered at most.
    package private(set) var capacity: Int
    private var sessions: [Session] = []
    private var places: [[UInt8]: Int] = [:]
    private var spare: [Int] = []
    private var oldest = -1
    private var newest = -1

    package init(capacity: Int, timeout: Duration) {
        self.capacity = max(1, capacity)
        self.timeout = timeout
    }

    /// What fits into a zone of so many bytes: as nginx says, some 8,000 sessions a megabyte.
    package static func capacity(ofZone size: Int) -> Int { max(1, size / 128) }

    package var count: Int { places.count }

    /// The server that has the session, unless it is forgotten.
    package func server(of session: [UInt8], now: MonotonicInstant) -> [UInt8]? {
        guard let place = places[MD5.digest(of: session)], now - sessions[place].lastUsed <= timeout else { return nil }
        return sessions[place].server
    }

    /// A server answered in a session.
    /// - Parameter isNew: the answer opened it; else it is only remembered if it was known.
    /// - Returns: whether another session had to make room.
    @discardableResult
    package mutating func used(_ session: [UInt8], on server: [UInt8], isNew: Bool, now: MonotonicInstant) -> Bool {
        expire(now: now)
        let digest = MD5.digest(of: session)
        if let place = places[digest] {
            unlink(place)
            sessions[place].server = server
            sessions[place].lastUsed = now
            linkAsNewest(place)
            return false
        }
        if !isNew { return false }
        let isFull = places.count >= capacity
        if isFull { forget(oldest) }
        insert(Session(digest: digest, server: server, lastUsed: now, older: -1, newer: -1))
        return isFull
    }

    /// Forgets what was not used for `timeout`.
    package mutating func expire(now: MonotonicInstant) {
        while oldest >= 0, now - sessions[oldest].lastUsed > timeout { forget(oldest) }
    }

    /// A reload may make the zone smaller or larger.
    package mutating func resize(capacity: Int) {
        self.capacity = max(1, capacity)
        while places.count > self.capacity { forget(oldest) }
    }

    // MARK: The order of use

    private mutating func insert(_ session: Session) {
        let place = spare.popLast() ?? sessions.count
        if place == sessions.count { sessions.append(session) } else { sessions[place] = session }
        places[session.digest] = place
        linkAsNewest(place)
    }

    private mutating func forget(_ place: Int) {
        unlink(place)
        places[sessions[place].digest] = nil
        spare.append(place)
    }

    private mutating func linkAsNewest(_ place: Int) {
        sessions[place].older = newest
        sessions[place].newer = -1
        if newest >= 0 { sessions[newest].newer = place } else { oldest = place }
        newest = place
    }

    private mutating func unlink(_ place: Int) {
        let (older, newer) = (sessions[place].older, sessions[place].newer)
        if older >= 0 { sessions[older].newer = newer } else { oldest = newer }
        if newer >= 0 { sessions[newer].older = older } else { newest = older }
    }
}
