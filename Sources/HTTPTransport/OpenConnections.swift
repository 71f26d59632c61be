import NIOCore
import NIOExtras
import Synchronization

/// The connections of a server and the requests that it is answering, to end them.
final class OpenConnections: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        /// What cancels each request that is being answered, also where its client has gone.
        var requests: [Int: @Sendable () -> Void] = [:]
        var newestRequest = 0
        var isEnding = false
        var isCancelled = false
        var waiting: CheckedContinuation<Void, Never>?

        /// Who waits for the end, where it has come.
        mutating func takeWaiting() -> CheckedContinuation<Void, Never>? {
            guard channels.isEmpty, requests.isEmpty else { return nil }
            defer { waiting = nil }
            return waiting
        }
    }

    private let state = Mutex(State())

    /// How many requests are being answered that were not answered at once.
    var requestCount: Int { state.withLock(\.requests.count) }

    var count: Int { state.withLock(\.channels.count) }

    func add(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        let isEnding = state.withLock { state in
            state.channels[id] = channel
            return state.isEnding
        }
        channel.closeFuture.whenComplete { _ in
            self.state.withLock { state in
                state.channels[id] = nil
                return state.takeWaiting()
            }?.resume()
        }
        if isEnding { channel.close(promise: nil) }
    }

    /// A request that is not answered at once.
    /// - Returns: what to end it by.
    func add(cancel: @escaping @Sendable () -> Void) -> Int {
        let (number, isCancelled) = state.withLock { state in
            state.newestRequest += 1
            state.requests[state.newestRequest] = cancel
            return (state.newestRequest, state.isCancelled)
        }
        if isCancelled { cancel() }
        return number
    }

    func endRequest(_ number: Int) {
        state.withLock { state in
            state.requests[number] = nil
            return state.takeWaiting()
        }?.resume()
    }

    /// Has every connection end when what was on its way is answered, and waits until all have, and until the last request has ended.
    func end() async {
        await withCheckedContinuation { continuation in
            let channels = state.withLock { state in
                state.isEnding = true
                state.waiting = continuation
                return Array(state.channels.values)
            }
            for channel in channels { channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
            state.withLock { $0.takeWaiting() }?.resume()
        }
    }

    /// Cancels the requests that are being answered, and those that come after.
    func cancelRequests() {
        let cancellations = state.withLock { state in
            state.isCancelled = true
            return Array(state.requests.values)
        }
        for cancel in cancellations { cancel() }
    }
}
