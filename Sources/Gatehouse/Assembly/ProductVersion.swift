/// Versions this program tells about itself.
package enum ProductVersion {
    package static let own = "0.1.0"
    /// The nginx whose configuration language is spoken.
    package static let compatibleNginx = "1.31.4"
}
