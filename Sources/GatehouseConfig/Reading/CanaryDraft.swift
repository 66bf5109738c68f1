/// A `canary` block while it is read: its groups may stand below it.
package struct CanaryDraft {
    package var settings: CanarySettings
    package var baselineName: Argument?
    package var canaryName: Argument?

    package init(name: String = "", position: SourcePosition = SourcePosition(file: "", line: 0, column: 0)) {
        settings = CanarySettings(name: name, position: position)
    }
}
