import GatehouseConfig
import GatehousePattern
import GatehouseRuntime
import GatehouseWire

/// One request with its response, whatever protocol carries it.
///
/// An exchange belongs to the task of its connection and never leaves it. It is reused for the next request of an HTTP/1 connection, so
/// its arrays keep their storage. Nothing here knows HTTP/1: bytes come and go through `client`.
package final class Exchange {
    package let context: LoopContext
    // `@exclusivity(unchecked)`: belongs to one task on one loop; checking each access at run time costs more than the access.
    @safe @exclusivity(unchecked) package private(set) var connection: ClientFacts
    @safe @exclusivity(unchecked) package private(set) unowned var client: any ClientStream

    // What the configuration says; chosen by the request path.
    @safe @exclusivity(unchecked) package var generation: Generation
    @safe @exclusivity(unchecked) package var server: ServerConfiguration
    @safe @exclusivity(unchecked) package var location: LocationConfiguration

    // The request.
    @safe @exclusivity(unchecked) package var head = RequestHead()
    /// Decoded path, and arguments without the question mark. Rewriting changes them; `head.target` stays as received.
    @safe @exclusivity(unchecked) package var path: [UInt8] = []
    @safe @exclusivity(unchecked) package var arguments: [UInt8] = []
    /// Where they are worked out.
    @safe @exclusivity(unchecked) package var uri = NormalizedURI()
    /// The path is what `head.target` says, so a proxy may pass the target on as it came.
    @safe @exclusivity(unchecked) package var isTargetUntouched = true
    /// The path still begins with what the location matched: no `rewrite … break` has put another in its place.
    @safe @exclusivity(unchecked) package var pathMatchesLocation = true
    /// The method after internal redirects (`error_page` turns others than HEAD into GET).
    @safe @exclusivity(unchecked) package var method: HTTPMethod = .get
    @safe @exclusivity(unchecked) package var body = RequestBody()
    /// The address requests are attributed to, when `set_real_ip_from` replaced it.
    @safe @exclusivity(unchecked) package var realAddress: (address: SocketAddress, text: [UInt8])?

    // The response.
    @safe @exclusivity(unchecked) package var response = Response()
    @safe @exclusivity(unchecked) package var upstreamLog = UpstreamLog()
    /// What the last canary decided that the request came to.
    @safe @exclusivity(unchecked) package var canary: CanaryPassage?

    // Rewriting and variables.
    @safe @exclusivity(unchecked) package var slots: [[UInt8]?] = []
    @safe @exclusivity(unchecked) package var captures = Captures()
    @safe @exclusivity(unchecked) package var internalRedirects = 0
    /// In a regex location `try_files` found `path` below the `alias`, which otherwise stands for the whole of it.
    @safe @exclusivity(unchecked) package var pathFollowsAlias = false
    @safe @exclusivity(unchecked) package var isInternal = false
    /// Another request made this one.
    @safe @exclusivity(unchecked) package var isSubrequest = false
    /// The status that an `error_page` is being shown for.
    @safe @exclusivity(unchecked) package var errorStatus: Int?
    @safe @exclusivity(unchecked) package var limitRate: [UInt8]?
    @safe @exclusivity(unchecked) package var requestID: [UInt8]?
    @safe @exclusivity(unchecked) package var requestNumber = 0
    /// The request was there before the last answer was sent.
    @safe @exclusivity(unchecked) package var isPipelined = false
    @safe @exclusivity(unchecked) package var startTime: MonotonicInstant
    @safe @exclusivity(unchecked) package var startWallClock: (seconds: Int, nanoseconds: Int) = (0, 0)
    /// Slots being computed, so that a map that refers to itself ends.
    @safe @exclusivity(unchecked) package var slotsInEvaluation: Set<Int> = []
    /// Who the client is, where that was asked and proved.
    @safe @exclusivity(unchecked) package var authenticatedUser: [UInt8]?
    /// Which way out a rule of the forward proxy has chosen.
    @safe @exclusivity(unchecked) package var chosenExit: ChosenExit?
    /// What `limit_conn` counts of it; `nil` where nothing does.
    @safe @exclusivity(unchecked) package var heldConnections: HeldConnections?
    /// Why the forward proxy answers in somebody else's place.
    @safe @exclusivity(unchecked) package var proxyError: ProxyError?
    /// The status that an error page's own answer is given.
    @safe @exclusivity(unchecked) package var pageStatus: PageStatus?

    package enum PageStatus: Equatable {
        case fixed(Int)
        case ofPage
    }

    package init(
        context: LoopContext, connection: ClientFacts, client: any ClientStream, generation: Generation, server: ServerConfiguration
    ) {
        self.context = context
        self.connection = connection
        self.client = client
        self.generation = generation
        self.server = server
        location = server.root
        startTime = context.loop.now
    }

    /// Starts over with a request of another connection.
    package func begin(connection: ClientFacts, client: any ClientStream, generation: Generation, server: ServerConfiguration) {
        self.connection = connection
        self.client = client
        // What is there already is not counted anew.
        if self.generation !== generation { self.generation = generation }
        if self.server !== server { self.server = server }
        if location !== server.root { location = server.root }
    }

    /// Forgets the last request; keeps storage.
    package func reset() {
        head.reset()
        path.empty()
        arguments.empty()
        isTargetUntouched = true
        pathMatchesLocation = true
        method = .get
        body = RequestBody()
        realAddress = nil
        response.reset()
        upstreamLog.reset()
        if canary != nil { canary = nil }
        slots.empty()
        captures.clear()
        internalRedirects = 0
        pathFollowsAlias = false
        isInternal = false
        isSubrequest = false
        errorStatus = nil
        pageStatus = nil
        proxyError = nil
        authenticatedUser = nil
        if chosenExit != nil { chosenExit = nil }
        if heldConnections != nil {
            heldConnections?.letGo()
            heldConnections = nil
        }
        isPipelined = false
        limitRate = nil
        requestID = nil
    }

    package var settings: LocationSettings { _read { yield location.settings } }

    package var isHead: Bool { head.method.isHead }

    /// The client's address as access rules and logs see it.
    package var remoteAddress: SocketAddress { realAddress?.address ?? connection.remoteAddress }
    package var remoteAddressText: [UInt8] { realAddress?.text ?? connection.remoteAddressText }
}

/// What the groups of the last regular expression that matched captured.
package struct Captures {
    package var subject: [UInt8] = []
    /// Start and end of each group, -1 where it took no part.
    package var offsets: [Int] = []

    package mutating func clear() {
        subject.empty()
        offsets.empty()
    }

    /// The bytes of group `number`, empty when it took no part.
    package func group(_ number: Int) -> ArraySlice<UInt8> {
        let at = number * 2
        guard at + 1 < offsets.count, offsets[at] >= 0, offsets[at + 1] >= offsets[at] else { return [] }
        return subject[offsets[at]..<offsets[at + 1]]
    }
}
