import NIOCore
import NIOExtras
import Synchronization

/// The connections of a server, to end them.
final class OpenConnections: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var isEnding = false
        var waiting: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    func add(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        let isEnding = state.withLock { state in
            state.channels[id] = channel
            return state.isEnding
        }
        channel.closeFuture.whenComplete { _ in self.remove(id) }
        if isEnding { channel.close(promise: nil) }
    }

    private func remove(_ id: ObjectIdentifier) {
        let waiting = state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.channels[id] = nil
            guard state.channels.isEmpty else { return nil }
            defer { state.waiting = nil }
            return state.waiting
        }
        waiting?.resume()
    }

    /// Has every connection end when what was on its way is answered, and waits until all have.
    func end() async {
        await withCheckedContinuation { continuation in
            let channels = state.withLock { state in
                state.isEnding = true
                if !state.channels.isEmpty { state.waiting = continuation }
                return Array(state.channels.values)
            }
            if channels.isEmpty { continuation.resume() }
            for channel in channels { channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
        }
    }

    /// Cancels all requests that are being answered.
    func cancelRequests() {
        for channel in state.withLock({ Array($0.channels.values) }) {
            channel.pipeline.fireUserInboundEventTriggered(RequestCancellation())
        }
    }
}
