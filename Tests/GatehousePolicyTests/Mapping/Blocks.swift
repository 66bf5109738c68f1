import GatehouseWire

/// A block that the test wrote itself.
func block(_ text: String) -> CIDR {
    guard let block = CIDR(text) else { preconditionFailure(text) }
    return block
}
