import CGatehouse
internal import GatehouseWire
import Glibc

extension Socket {
    /// Sends at most `count` bytes of `file` from `offset` without waiting for room. Returns their number: 0 when there is no room,
    /// nil when the file has no bytes there. May block on the disk.
    package func sendFileNow(_ file: File, offset: Int, count: Int) throws(SocketError) -> Int? {
        if count <= 0 || !condition.contains(.writable) { return 0 }
        var hasNone = false
        // The kernel sends at most 2 GiB a call; `sent(of:)` must not take the rest for a lack of room.
        let asked = min(count, 1 << 30)
        let taken = try sent(of: asked, "sendfile") { descriptor in
            let result = gatehouse_send_file(descriptor, file.descriptor.number, Int64(offset), asked)
            hasNone = result == 0
            return result
        }
        guard hasNone else { return taken }
        condition.insert(.writable)
        return nil
    }

    /// Sends `count` bytes of `file` from `offset`, waiting for room as often as needed. `deadline` is moved by `whenIdle` after every
    /// send that made progress, as `send_timeout` wants it. Returns fewer than `count` only when the file has become shorter.
    nonisolated(nonsending) package func sendFile(
        _ file: File, offset: Int, count: Int, deadline whenIdle: () -> Instant
    ) async throws(SocketError) -> Int {
        var done = 0
        while done < count {
            guard let sent = try sendFileNow(file, offset: offset + done, count: count - done) else { return done }
            done += sent
            if done < count && !condition.contains(.writable) { try await writable(deadline: whenIdle()) }
        }
        return done
    }
}
