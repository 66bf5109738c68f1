import GatehouseConfig
import GatehousePolicy
import GatehouseRuntime
import GatehouseTLS
import GatehouseWire

/// Owns what is known of users' files: read anew when they change, and which passwords were found right, so that a slow hash is
/// computed once and not for every request. Knows nothing of requests.
package final class UserDirectory: Sendable {
    package enum Result: Sendable, Equatable {
        case passed
        case unknownUser
        case mismatch
        case noFile
        case failed(String)
    }

    private struct KnownFile {
        let status: FileStatus
        let users: UserFile
    }

    private struct Proof: Hashable {
        let hash: [UInt8]
        /// Of password and salt: the password itself is not kept.
        let digest: [UInt8]
    }

    private struct State {
        var files: [String: KnownFile] = [:]
        var proofs: Set<Proof> = []
    }

    private static let mostFiles = 256
    private static let mostProofs = 16384
    /// Hashes are computed here: slow ones take all of a thread for a while, and those for other blocking calls stay free.
    private static let threads = BlockingPool(threadLimit: 2, queueLimit: 1024)

    private let state = Lock(State())
    private let salt: [UInt8]

    package init(using random: inout some RandomNumberGenerator) {
        salt = (0..<4).flatMap { _ in withWord(random.next()) }
    }

    /// Suspends while the file is read or a hash computed.
    package func check(_ credentials: BasicCredentials, in path: String) async -> Result {
        let users: UserFile
        do throws(SystemError) {
            users = try await self.users(in: path)
        } catch {
            if error.code == 2 { return .noFile }
            return .failed("open() \"\(path)\" failed (\(error.code): \(error.message))")
        }
        guard let hash = users.hash(of: credentials.user) else { return .unknownUser }
        let proof = Proof(hash: hash, digest: Digest.sha256.of(salt + credentials.password))
        if state.withLock({ $0.proofs.contains(proof) }) { return .passed }
        switch await Self.threads.run({ PasswordHash.verify(credentials.password, against: hash) }) {
        case .matches:
            state.withLock { state in
                if state.proofs.count >= Self.mostProofs { state.proofs.removeAll() }
                state.proofs.insert(proof)
            }
            return .passed
        case .differs: return .mismatch
        case .unusable(let reason): return .failed(reason)
        }
    }

    /// One `stat` a request; the file is read when that says it is another.
    private func users(in path: String) async throws(SystemError) -> UserFile {
        let status = try FileStatus.of(path: path)
        if let known = state.withLock({ $0.files[path] }), known.status == status { return known.users }
        let read = await Self.threads.run { () -> [UInt8]? in try? SystemFileSource().read(path) }
        guard let text = read else { throw SystemError(code: 13, operation: "open") }
        let users = UserFile(text)
        state.withLock { state in
            if state.files.count >= Self.mostFiles { state.files.removeAll() }
            state.files[path] = KnownFile(status: status, users: users)
        }
        return users
    }
}

private func withWord(_ word: UInt64) -> [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) } }
