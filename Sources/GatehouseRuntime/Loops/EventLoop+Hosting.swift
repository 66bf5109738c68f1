extension EventLoop {
    /// Starts the thread of a loop for tasks of your own: pin them to it with `withTaskExecutorPreference` or `executorPreference:`, and they
    /// call each other, and the default actors they share, without a change of threads.
    ///
    /// The thread runs until ``shutDown()``. Never block it.
    /// - Parameter name: what debuggers and `top` show; cut to 15 bytes.
    /// - Throws: when the system has no descriptor or no thread left.
    public static func start(name: String) throws -> EventLoop { try start(name: name, index: 0) }

    /// Ends the thread after the jobs that are ready now, and waits for that. Tasks that are suspended on the loop are never resumed: await
    /// them first. Not from a task of the loop itself.
    public func shutDown() {
        stop()
        join()
    }
}
