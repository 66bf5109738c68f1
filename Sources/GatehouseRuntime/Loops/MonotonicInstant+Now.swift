import CGatehouse
package import GatehouseWire

extension MonotonicInstant {
    /// The present, read from the system's monotonic clock. A loop reads it once a turn: `EventLoop.now`.
    package static var now: MonotonicInstant { MonotonicInstant(nanoseconds: gatehouse_monotonic()) }
}
