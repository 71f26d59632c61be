package import NIOCore
import Synchronization

/// The sockets that connections are accepted from.
package final class Listener: Sendable {
    private let channels = Mutex<[any Channel]>([])

    package init() {}

    package func open(_ channel: any Channel) {
        channels.withLock { $0.append(channel) }
    }

    /// Accepts no more connections, and waits until those that were accepted are served. Where the socket is closed while one is
    /// being accepted, that one has no owner, which ends the process: https://github.com/apple/swift-nio/issues/2637.
    package func stopAccepting() async {
        for channel in channels.withLock(\.self) {
            try? await channel.setOption(.autoRead, value: false).get()
        }
        try? await Task.sleep(for: .milliseconds(100))
    }
}
