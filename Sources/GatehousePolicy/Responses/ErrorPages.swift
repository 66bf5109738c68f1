/// nginx's `error_page`: what is sent in place of an answer with an error status.
package struct ErrorPages: Sendable, Equatable {
    /// The status of what is sent.
    package enum Status: Sendable, Equatable {
        /// The error's own, or for a redirect 302.
        case kept
        /// `=200`
        case replaced(Int)
        /// `=`: whatever the page's own answer says.
        case ofPage
    }

    package enum Target: Sendable, Equatable {
        /// A path, or a template that makes one: an internal redirect, as GET unless the method was HEAD.
        case path(Int)
        /// `@name`
        case named(String)
        /// A URL elsewhere: a redirect.
        case url(Int)
    }

    package struct Page: Sendable, Equatable {
        package var target: Target
        package var status: Status

        package init(target: Target, status: Status = .kept) {
            self.target = target
            self.status = status
        }

        /// The status of a redirect to `url`.
        package var redirectStatus: Int {
            if case .replaced(let status) = self.status, [301, 302, 303, 307, 308].contains(status) { return status }
            return 302
        }
    }

    private var pages: [Int: Page] = [:]

    package init() {}

    package var isEmpty: Bool { pages.isEmpty }

    /// The first page for a status stays. `499` can have none (nginx refuses it).
    package mutating func add(_ page: Page, for statuses: [Int]) {
        for status in statuses where pages[status] == nil { pages[status] = page }
    }

    package func page(for status: Int) -> Page? { pages[status] }
}
