extension Socket {
    /// Runs `body`; when the task is cancelled meanwhile, or was before, every wait of this socket ends with `.cancelled`.
    ///
    /// For tasks whose own cancellation is what ends them. A client's connection needs none of this: its loop cancels its sockets.
    nonisolated(nonsending) package func cancelledWithTask<Value>(
        _ body: nonisolated(nonsending) () async throws(SocketError) -> Value
    ) async throws(SocketError) -> Value {
        let confined = LoopConfined(self)
        let loop = loop
        let result: Result<Value, SocketError> = await withTaskCancellationHandler {
            do throws(SocketError) {
                return .success(try await body())
            } catch {
                return .failure(error)
            }
        } onCancel: {
            loop.post { confined.value.cancel() }
        }
        return try result.get()
    }
}
