import GatehouseConfig

/// Files that lie in memory; everything else comes from the system.
struct MemoryFiles: FileSource {
    let contents: [String: [UInt8]]

    func read(_ path: String) throws(FileSourceError) -> [UInt8] {
        if let content = contents[path] { return content }
        return try SystemFileSource().read(path)
    }

    func glob(_ pattern: String) -> [String] { SystemFileSource().glob(pattern) }
}
