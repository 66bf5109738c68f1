/// Why a group gave no server for a request. Nothing was sent to any: the request may be repeated.
public enum UpstreamError: Error, Sendable, Equatable {
    /// Every server is down, resting, unhealthy, or at its limit and there is no queue. A proxy answers 502.
    case noneLive
    /// As many requests wait as may.
    case queueFull
    /// The request has waited as long as it may.
    case timedOut
    /// A limit of the group, or its retry budget, is reached. A proxy answers 503.
    case overloaded
}

extension UpstreamError: CustomStringConvertible {
    /// A sentence for a log.
    public var description: String {
        switch self {
        case .noneLive: "no live upstreams"
        case .queueFull: "the queue of the upstream group is full"
        case .timedOut: "timed out in the queue of the upstream group"
        case .overloaded: "the limits of the upstream group are reached"
        }
    }
}
