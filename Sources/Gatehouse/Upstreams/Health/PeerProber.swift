/// Finds out whether one peer is well. Used by one task, one probe at a time.
package protocol PeerProber {
    /// Makes one probe. Suspends until its result is there, or the task is cancelled.
    /// - Parameter check: which of the group's checks.
    func probe(_ check: Int) async -> ProbeOutcome

    /// No further probe follows.
    func close()
}

package enum ProbeOutcome: Sendable, Equatable {
    case passed
    /// Why, for the log.
    case failed(String)
    /// It says nothing about the peer: the task was cancelled, or this process is short of something.
    case abandoned
}
