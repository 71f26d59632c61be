import HummingbirdCore
import Logging
import NIOCore
import NIOHTTPTypes

/// Connections whose requests are answered on their own event loop: a hop to another thread and back costs as
/// much as reading a page.
///
/// What runs there must not block: `Store` promises that its calls do not.
struct EventLoopChannel<Base: ServerChildChannel>: ServerChildChannel {
    private let base: Base

    init(_ base: Base) {
        self.base = base
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Base.Value> {
        // A connection keeps up to five buffers of the largest size for as long as it is open; by default that is 64 KiB.
        let buffers = AdaptiveRecvByteBufferAllocator(minimum: 1 << 10, initial: 1 << 11, maximum: 1 << 14)
        try? channel.syncOptions?.setOption(.recvAllocator, value: buffers)
        return base.setup(channel: channel, logger: logger)
    }

    func handle(value: Base.Value, logger: Logger) async {
        await withTaskExecutorPreference(EventLoopExecutor(value.channel.eventLoop)) {
            await base.handle(value: value, logger: logger)
        }
    }
}

/// Runs tasks on an event loop.
private final class EventLoopExecutor: TaskExecutor {
    private let eventLoop: any EventLoop

    init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        eventLoop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
