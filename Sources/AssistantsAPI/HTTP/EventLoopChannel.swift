package import HummingbirdCore
package import Logging
package import NIOCore
import NIOHTTPTypes

/// HTTP/1.1 whose requests are answered on the event loop of their connection: a hop to another thread and back costs as
/// much as reading a page.
///
/// What runs there must not block: `Store` promises that its calls do not.
package struct EventLoopChannel: ServerChildChannel {
    private let base: HTTP1Channel

    package init(_ base: HTTP1Channel) {
        self.base = base
    }

    package func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        base.setup(channel: channel, logger: logger)
    }

    package func handle(value: HTTP1Channel.Value, logger: Logger) async {
        await withTaskExecutorPreference(EventLoopExecutor(value.channel.eventLoop)) {
            await base.handle(value: value, logger: logger)
        }
    }
}
