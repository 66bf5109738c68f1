/// `stub_status`, `limit_rate`, `early_hints`.
enum AnswerDirectives {
    private static let places: DirectiveContexts = [.http, .server, .location, .ifInLocation]

    static let rows: [DirectiveRow] = [
        DirectiveRow("stub_status", [.server, .location], .between(0, 1), "Answers with a page of seven counters.") { reader in
            reader.scope.location.handler = .stubStatus
        },
        DirectiveRow("limit_rate", places, .exactly(1), default: "0", "Bytes a second sent to a client.") { reader in
            reader.scope.location.limitRate = try reader.sizeTemplate(0)
        },
        DirectiveRow("limit_rate_after", places, .exactly(1), default: "0", "Bytes sent before limit_rate applies.") { reader in
            reader.scope.location.limitRateAfter = try reader.sizeTemplate(0)
        },
        DirectiveRow(
            "early_hints", .everyLevel, .atLeast(1), repeats: true, "Passes 103 answers on where a value is neither empty nor 0."
        ) { reader in
            if reader.isFirstInBlock { reader.scope.location.earlyHints = [] }
            for index in 0..<reader.count { reader.scope.location.earlyHints.append(try reader.template(index)) }
        },
    ]
}
