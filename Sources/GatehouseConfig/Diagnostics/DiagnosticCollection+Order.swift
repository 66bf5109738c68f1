extension DiagnosticCollection {
    /// As a reader goes through the files: blocks are read outside in, so diagnostics are found in another order.
    package func inReadingOrder(_ diagnostics: [ConfigurationDiagnostic]) -> [ConfigurationDiagnostic] {
        let fileOrder = Dictionary(files.enumerated().map { ($0.element.path, $0.offset) }, uniquingKeysWith: { first, _ in first })
        func rank(_ place: Int) -> (Int, Int, Int, Int) {
            guard let position = diagnostics[place].position else { return (Int.max, 0, 0, place) }
            return (fileOrder[position.file] ?? Int.max, position.line, position.column, place)
        }
        return diagnostics.indices.sorted { rank($0) < rank($1) }.map { diagnostics[$0] }
    }
}
