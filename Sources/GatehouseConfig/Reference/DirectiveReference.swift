/// The reference of all directives, made of their rows.
package enum DirectiveReference {
    /// The text of `Documentation/Directives.md`.
    package static func markdown() -> String {
        let count = Set(DirectiveTable.names).count
        let opening = """
            # Directives

            All \(count) directives, made from the rows the configuration is read with. They mean what they mean in nginx 1.31
            unless a line says otherwise.

            """
        return opening + DirectiveTable.modules.map { section($0.title, $0.rows) }.joined()
    }

    private static func section(_ title: String, _ rows: [DirectiveRow]) -> String {
        "\n## \(title)\n\n| directive | takes | stands in | default | |\n|---|---|---|---|---|\n" + rows.map(line).joined()
    }

    private static func line(_ row: DirectiveRow) -> String {
        let value = row.defaultValue.map { "`\($0)`" } ?? ""
        let repeats = row.repeats ? " May be repeated." : ""
        let effect = row.isIgnored ? "Accepted without effect. " : ""
        return "| `\(row.name)` | \(row.arguments.text) | \(row.contexts.text) | \(value) | \(effect)\(row.summary)\(repeats) |\n"
    }
}
