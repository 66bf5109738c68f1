extension Configuration {
    /// What `-T` prints: every file that was read, each under its name.
    package func dump() -> [UInt8] {
        files.flatMap { file in Array("# configuration file \(file.path):\n".utf8) + file.content + Array("\n".utf8) }
    }
}
