import NIOCore
import Synchronization

/// The socket that connections are accepted from.
package final class Listener: Sendable {
    private let channel = Mutex<(any Channel)?>(nil)

    package init() {}

    func open(_ channel: any Channel) {
        self.channel.withLock { $0 = channel }
    }

    /// Accepts no more connections, and waits until those that were accepted are served. Where the socket is closed while one is
    /// being accepted, that one has no owner, which ends the process: https://github.com/apple/swift-nio/issues/2637.
    package func stopAccepting() async {
        guard let channel = channel.withLock(\.self) else { return }
        try? await channel.setOption(.autoRead, value: false).get()
        try? await Task.sleep(for: .milliseconds(100))
    }
}
