/// Who a client says it is: `auth_basic` and its relatives (RFC 7617).
enum AuthenticationDirectives {
    private static let places: DirectiveContexts = [.http, .server, .location, .limitExcept]

    static let rows: [DirectiveRow] = [
        DirectiveRow("auth_basic", places, .exactly(1), default: "off", "Asks for user and password, with this realm.") { reader in
            let isOff = reader.string(0) == "off"
            reader.scope.location.authentication.realm = isOff ? nil : try reader.template(0)
        },
        DirectiveRow(
            "auth_basic_user_file", places, .exactly(1), "The users and the hashes of their passwords, as htpasswd writes them."
        ) { reader in
            reader.scope.location.authentication.userFile = try reader.template(0)
        },
        .duration(
            "auth_delay", .everyLevel, location: \.authentication.delay, default: "0", "How long a refusal for want of credentials waits."),
        DirectiveRow(
            "satisfy", .everyLevel, .exactly(1), default: "all", "Whether address and password have to be right, or any of the two."
        ) { reader in
            reader.scope.location.authentication.satisfiesAny = try reader.option(0, ["all": false, "any": true])
        },
    ]
}
