/// `add_header_inherit`, `add_trailer_inherit`: what a block makes of its parent's list.
package enum ListInheritance: Sendable, Equatable {
    /// The parent's list holds until the block has elements of its own.
    case replace
    /// The parent's list ends here.
    case none
    /// The parent's elements follow the block's own.
    case merge
}
