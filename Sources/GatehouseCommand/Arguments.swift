import Gatehouse

/// What the arguments ask for.
enum Command: Equatable {
    case run(Startup.Mode, PathArguments)
    /// `-v`, `-V`, `-h` in any combination.
    case information(showsBuild: Bool, showsHelp: Bool)
    case longHelp
    /// `--list-directives`: the reference page of the configuration language.
    case directiveReference
    case demo(DemoArguments)
    case forward(ForwardArguments)
    /// `canary replay FILE`, which needs no server.
    case canaryReplay(String)
}

/// Where to find things, as given; nil where the default holds.
struct PathArguments: Equatable {
    var prefix: String?
    var configurationPath: String?
    var errorLogPath: String?
    var globalDirectives = ""
    var isQuiet = false
}

struct DemoArguments: Equatable {
    var port = 8080
    var tlsPort = 8443
    var printsConfiguration = false
}

/// An argument that cannot be understood, in nginx's words where it has some.
struct ArgumentError: Error, Equatable, CustomStringConvertible {
    let description: String
}

/// Reads arguments as nginx does: letters may be joined (`-tq`), a value may follow its letter or be the next argument. Every option
/// has a long name as well.
struct ArgumentParser {
    private var paths = PathArguments()
    private var isTest = false
    private var dumps = false
    private var showsVersion = false
    private var showsBuild = false
    private var showsHelp = false
    private var signal: String?
    private var rest: ArraySlice<String>

    /// - Parameter arguments: without the program's name.
    static func parse(_ arguments: [String]) throws(ArgumentError) -> Command {
        if arguments.first == "demo" { return .demo(try DemoArguments.parse(arguments.dropFirst())) }
        if arguments.first == "forward" { return .forward(try ForwardArguments.parse(arguments.dropFirst())) }
        if arguments == ["--help"] || arguments == ["help"] { return .longHelp }
        if arguments == ["--list-directives"] { return .directiveReference }
        var parser = ArgumentParser(rest: arguments[...])
        return try parser.parse()
    }

    private init(rest: ArraySlice<String>) { self.rest = rest }

    private mutating func parse() throws(ArgumentError) -> Command {
        while let argument = rest.popFirst() {
            if argument.hasPrefix("--") {
                try readLong(argument.dropFirst(2))
            } else if argument.hasPrefix("-") && argument != "-" {
                try readShort(argument.dropFirst())
            } else if argument == "canary", rest.count == 2, rest.first == "replay", let journal = rest.last {
                return .canaryReplay(journal)
            } else if ControlCommand.named(argument) != nil, !isTest, signal == nil {
                // Everything from here on is the command's.
                return .run(.control([argument] + rest), paths)
            } else {
                throw ArgumentError(description: "invalid option: \"\(argument)\"")
            }
        }
        if showsHelp || showsBuild || showsVersion, !isTest { return .information(showsBuild: showsBuild, showsHelp: showsHelp) }
        if isTest { return .run(.test(dumps: dumps), paths) }
        if let signal { return .run(.signal(signal), paths) }
        return .run(.serve, paths)
    }

    private mutating func readShort(_ letters: Substring) throws(ArgumentError) {
        var letters = letters
        while let letter = letters.popFirst() {
            guard let option = Option.allCases.first(where: { $0.letters.contains(letter) }) else {
                throw ArgumentError(description: "invalid option: \"\(letter)\"")
            }
            guard let missing = option.missingValue else {
                apply(option)
                continue
            }
            let value = letters.isEmpty ? rest.popFirst() : String(letters)
            guard let value, !value.isEmpty else { throw ArgumentError(description: "option \"-\(letter)\" requires \(missing)") }
            return try apply(option, value)
        }
    }

    private mutating func readLong(_ text: Substring) throws(ArgumentError) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard let option = Option(rawValue: String(parts[0])) else { throw ArgumentError(description: "invalid option: \"--\(text)\"") }
        guard let missing = option.missingValue else {
            guard parts.count == 1 else { throw ArgumentError(description: "option \"--\(parts[0])\" takes no value") }
            return apply(option)
        }
        let value = parts.count == 2 ? String(parts[1]) : rest.popFirst()
        guard let value, !value.isEmpty else { throw ArgumentError(description: "option \"--\(option.rawValue)\" requires \(missing)") }
        try apply(option, value)
    }

    private mutating func apply(_ option: Option) {
        switch option {
        case .help: showsHelp = true
        case .version: showsVersion = true
        case .build: showsBuild = true
        case .test: isTest = true
        case .dump:
            isTest = true
            dumps = true
        case .quiet: paths.isQuiet = true
        case .signal, .prefix, .config, .errorLog, .global: break
        }
    }

    private mutating func apply(_ option: Option, _ value: String) throws(ArgumentError) {
        switch option {
        case .prefix: paths.prefix = value
        case .config: paths.configurationPath = value
        case .errorLog: paths.errorLogPath = value
        case .global: paths.globalDirectives = value
        case .signal:
            guard ["stop", "quit", "reopen", "reload"].contains(value) else {
                throw ArgumentError(description: "invalid option: \"-s \(value)\"")
            }
            signal = value
        case .help, .version, .build, .test, .dump, .quiet: break
        }
    }
}

/// The options by their long names.
private enum Option: String, CaseIterable {
    case help, version, build, test, dump, quiet, signal, prefix, config, global
    case errorLog = "error-log"

    var letters: [Character] {
        switch self {
        case .help: ["h", "?"]
        case .version: ["v"]
        case .build: ["V"]
        case .test: ["t"]
        case .dump: ["T"]
        case .quiet: ["q"]
        case .signal: ["s"]
        case .prefix: ["p"]
        case .config: ["c"]
        case .errorLog: ["e"]
        case .global: ["g"]
        }
    }

    /// What is said to be missing where the option stands without its value; nil where it takes none.
    var missingValue: String? {
        switch self {
        case .prefix: "directory name"
        case .config, .errorLog: "file name"
        case .global, .signal: "parameter"
        case .help, .version, .build, .test, .dump, .quiet: nil
        }
    }
}

extension DemoArguments {
    /// - Parameter arguments: what follows `demo`.
    static func parse(_ arguments: ArraySlice<String>) throws(ArgumentError) -> DemoArguments {
        var demo = DemoArguments()
        var rest = arguments
        while let argument = rest.popFirst() {
            switch argument {
            case "--print": demo.printsConfiguration = true
            case "--port": demo.port = try port(rest.popFirst(), argument)
            case "--tls-port": demo.tlsPort = try port(rest.popFirst(), argument)
            default: throw ArgumentError(description: "invalid option of demo: \"\(argument)\"")
            }
        }
        return demo
    }

    private static func port(_ text: String?, _ option: String) throws(ArgumentError) -> Int {
        guard let text, let port = Int(text), (1...65535).contains(port) else {
            throw ArgumentError(description: "option \"\(option)\" requires a port number")
        }
        return port
    }
}
