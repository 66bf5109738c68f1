/// Where one request waits in the queue of a group.
package typealias LeaseWaiter = Waiter<LeaseWaitOutcome>

package enum LeaseWaitOutcome: Sendable {
    /// The peer counts as active; it is to be released.
    case granted(UpstreamPeer)
    case timedOut
    /// The names of the group stand for no peer.
    case noneLive
    /// The client left, or the request is cancelled.
    case gone
}
