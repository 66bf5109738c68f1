/// The `types` table: extension (lower case) → media type.
package struct MediaTypes: Sendable, Equatable {
    package var byExtension: [[UInt8]: [UInt8]]

    package init(_ byExtension: [[UInt8]: [UInt8]] = [:]) { self.byExtension = byExtension }

    /// What holds when a configuration has no `types`: as in nginx, three entries.
    package static let standard = MediaTypes([
        Array("html".utf8): Array("text/html".utf8), Array("gif".utf8): Array("image/gif".utf8),
        Array("jpg".utf8): Array("image/jpeg".utf8),
    ])
}
