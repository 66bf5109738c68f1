/// The client connections of one loop. A table of places and not a dictionary: a short connection comes and goes with every request.
package struct ConnectionTable {
    private var places: [HTTP1Connection?] = []
    private var free: [Int] = []

    package init() {}

    /// - Returns: the connection's place, to be given to `remove`.
    package mutating func insert(_ connection: HTTP1Connection) -> Int {
        if let place = free.popLast() {
            places[place] = connection
            return place
        }
        places.append(connection)
        return places.count - 1
    }

    package mutating func remove(at place: Int) {
        places[place] = nil
        free.append(place)
    }

    package var all: [HTTP1Connection] { places.compactMap { $0 } }
}
