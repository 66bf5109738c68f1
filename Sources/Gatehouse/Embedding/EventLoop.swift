public import GatehouseRuntime

/// One thread that runs tasks and polls descriptors: tasks that are pinned to it call each other, and the actors they share, without a change
/// of threads.
///
/// The proxy has one for each core, and each of its connections is a task of one of them. A service that moves bytes itself may do the same.
public typealias EventLoop = GatehouseRuntime.EventLoop
