/// What stands behind `gatehouse forward`.
struct ForwardArguments: Equatable {
    var port = 3128
    var socksPort: Int?
    /// Networks, as `allow` takes them.
    var allowed: [String] = []
    /// `NAME:PASSWORD`
    var users: [String] = []
    var connectPorts: [String] = []
    var anonymity = "off"
    var printsConfiguration = false

    /// Who is not asked for anything is at this machine.
    var isLocal: Bool { allowed.isEmpty && users.isEmpty }
}

extension ForwardArguments {
    /// - Parameter arguments: what follows `forward`.
    static func parse(_ arguments: ArraySlice<String>) throws(ArgumentError) -> ForwardArguments {
        var forward = ForwardArguments()
        var rest = arguments
        while let argument = rest.popFirst() {
            switch argument {
            case "--print": forward.printsConfiguration = true
            case "--port": forward.port = try port(rest.popFirst(), argument)
            case "--socks": forward.socksPort = try port(rest.popFirst(), argument)
            case "--allow": forward.allowed.append(try word(rest.popFirst(), argument, "a network"))
            case "--connect-port": forward.connectPorts.append(try word(rest.popFirst(), argument, "a port or a range"))
            case "--anonymize": forward.anonymity = try word(rest.popFirst(), argument, "off, standard or strict")
            case "--user": forward.users.append(try user(rest.popFirst(), argument))
            default: throw ArgumentError(description: "invalid option of forward: \"\(argument)\"")
            }
        }
        return forward
    }

    private static func port(_ text: String?, _ option: String) throws(ArgumentError) -> Int {
        guard let text, let port = Int(text), (1...65535).contains(port) else {
            throw ArgumentError(description: "option \"\(option)\" requires a port number")
        }
        return port
    }

    /// A word that can stand in a configuration as it is.
    private static func word(_ text: String?, _ option: String, _ what: String) throws(ArgumentError) -> String {
        let allowed = Set("0123456789abcdefghijklmnopqrstuvwxyz.:/-")
        guard let text = text?.lowercased(), !text.isEmpty, text.allSatisfy(allowed.contains) else {
            throw ArgumentError(description: "option \"\(option)\" requires \(what)")
        }
        return text
    }

    private static func user(_ text: String?, _ option: String) throws(ArgumentError) -> String {
        let parts = text?.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false) ?? []
        let isWhole = parts.count == 2 && parts.allSatisfy { !$0.isEmpty && !$0.contains { $0.isNewline } } && !parts[1].contains(":")
        guard let text, isWhole, !text.hasPrefix("#") else {
            throw ArgumentError(description: "option \"\(option)\" requires NAME:PASSWORD")
        }
        return text
    }
}
