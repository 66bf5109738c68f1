import GatehousePolicy

/// What one loop has learnt of the idle timer of one peer.
final class IdleAges {
    // `@exclusivity(unchecked)`: belongs to one loop; checking each access at run time costs more than the access.
    @safe @exclusivity(unchecked) var machine = IdleAgeMachine()
}
