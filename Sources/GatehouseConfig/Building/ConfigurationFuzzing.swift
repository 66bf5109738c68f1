import GatehouseWire

/// The entry of fuzzers: any text may be a configuration; none may trap, loop or grow without limit.
package func fuzzConfiguration(_ input: Span<UInt8>) {
    var text: [UInt8] = []
    for index in input.indices { text.append(input[index]) }
    let loader = ConfigurationLoader(
        prefix: "/", configurationPath: "/fuzz", reader: SingleFileSource(text: text), host: HostFacts(name: "host", isPrivileged: true))
    if case .failure(let failure) = loader.load() {
        for error in failure.errors { _ = error.rendered }
    }
}

/// One file that may include itself.
private struct SingleFileSource: FileSource {
    let text: [UInt8]

    func read(_ path: String) throws(FileSourceError) -> [UInt8] {
        guard path == "/fuzz" else { throw FileSourceError(reason: "2: No such file or directory") }
        return text
    }

    func glob(_ pattern: String) -> [String] { [] }
}
