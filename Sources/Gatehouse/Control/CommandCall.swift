import GatehouseConfig
import GatehouseRuntime
import Glibc

/// `gatehouse upstream …`: gives a command to the running server that the configuration belongs to, and shows the answer.
struct CommandCall {
    private let words: [String]
    private let path: String

    init(_ words: [String], _ configuration: Configuration) throws(ControlFailure) {
        guard let control = configuration.main.control else {
            throw ControlFailure("the configuration has no \"control\" directive, so the server takes no commands")
        }
        self.words = words
        path = control.path
    }

    /// Does not return: ends the process, with 1 where the command failed.
    func run() throws(SystemError) -> Never {
        let loop = try EventLoop.start(name: "control", index: 0)
        // Structure ends here: this thread has nothing else to do, and the task ends the process.
        Task(executorPreference: loop) { [words, path] in
            switch await ControlClient.ask(words, at: path, on: loop) {
            case .success(let text):
                try? LogSystem.write(Array(text.utf8), to: STDOUT_FILENO)  // nobody is left to be told
                exit(0)
            case .failure(let failure):
                StartupReport.print("\(StartupReport.program): \(failure)")
                exit(1)
            }
        }
        while true { pause() }
    }
}
