/// `auth_basic` and its relatives.
package struct AuthenticationSettings: Sendable {
    /// `nil`: nobody is asked who they are. May render to `off`.
    package var realm: Template?
    package var userFile: Template?
    /// How long a refusal for want of credentials waits, so that guessing takes time.
    package var delay: Duration = .zero
    /// `satisfy any`: an allowed address needs no password, and a password no allowed address.
    package var satisfiesAny = false

    /// Clients are asked who they are.
    package var isAsked: Bool { realm != nil && userFile != nil }

    package init() {}
}
