import Glibc

/// The file that tells scripts which process to signal.
struct PidFile {
    let path: String

    /// Writes the number of this process. Called after the sockets listen: whoever finds the file may connect.
    func create() throws(LogFileError) {
        try ProcessSystem.replaceFile(path, with: "\(getpid())\n")
    }

    func remove() {
        ProcessSystem.removeFile(path)
    }

    /// Gives the file the name that the old process has during a binary upgrade.
    func moveToOld() -> Bool { ProcessSystem.rename(path, to: oldPath) }

    /// Takes the name back after the new process has gone.
    func moveBack() -> Bool { ProcessSystem.rename(oldPath, to: path) }

    func removeOld() {
        ProcessSystem.removeFile(oldPath)
    }

    private var oldPath: String { path + ".oldbin" }
}
