/// Which version this is, in one place.
package enum ProgramVersion {
    package static let number = "0.1.0"
    package static let full = "gatehouse/\(number)"
    /// The version of nginx whose configuration language is spoken.
    package static let compatibility = "nginx/1.31.4"
}
