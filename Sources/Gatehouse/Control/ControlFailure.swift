/// Why a command was not carried out, for whoever gave it.
package struct ControlFailure: Error, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
