/// A `location` that has been read, with the locations inside it; `LocationTree` is made of these.
package struct LocationDraft {
    package var place: LocationPlace
    /// The expression of a regex location.
    package var pattern: CapturingPattern?
    package var configuration: LocationConfiguration
    package var inner: [LocationDraft]
    package var position: SourcePosition

    package init(
        place: LocationPlace, pattern: CapturingPattern?, configuration: LocationConfiguration, inner: [LocationDraft],
        position: SourcePosition
    ) {
        self.place = place
        self.pattern = pattern
        self.configuration = configuration
        self.inner = inner
        self.position = position
    }
}
