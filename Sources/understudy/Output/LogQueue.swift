import Foundation
import Logging
import Synchronization

/// Writes the log's lines to standard error on a thread of its own, so that a terminal, pipe, or disk that blocks stops no
/// event loop. What does not fit is dropped, counted, and reported once lines are written again.
final class LogQueue: TextOutputStream, Sendable {
    static let standardError = LogQueue()

    private struct State {
        /// Each with its line break.
        var lines: [String] = []
        /// In bytes, with those that are being written.
        var size = 0
        /// Not reported yet.
        var dropped = 0
    }

    /// In bytes.
    private static let capacity = 1 << 20
    /// What a line takes in memory besides its text, in bytes, roughly.
    private static let overhead = 64
    /// How long an exit or a crash waits for lines that are not written yet. Computed, because a signal handler must not be the
    /// first to use a stored one.
    private static var patience: Duration { .seconds(1) }

    private let state = Mutex(State())
    private let signal = DispatchSemaphore(value: 0)
    private let droppedCount = Atomic(0)
    /// The thread that writes. What it has to log, the number of dropped lines, is never dropped.
    private let writer = Atomic<pthread_t>(0)
    /// How many lines are not written yet. Beside `state`, for a signal handler cannot wait for a lock.
    private let unwrittenCount = Atomic(0)

    private init() {
        let thread = Thread { self.writeLines() }
        thread.name = "log"
        thread.start()
    }

    /// How many lines were dropped since the process started.
    var dropped: Int { droppedCount.load(ordering: .relaxed) }

    /// Queues one line, or drops it where too much waits. Never blocks.
    func write(_ line: String) {
        let isFirst = state.withLock { state in
            let size = line.utf8.count + Self.overhead
            guard state.size + size <= Self.capacity || pthread_self() == writer.load(ordering: .relaxed) else {
                state.dropped += 1
                droppedCount.add(1, ordering: .relaxed)
                return false
            }
            state.lines.append(line)
            state.size += size
            unwrittenCount.add(1, ordering: .relaxed)
            return state.lines.count == 1
        }
        if isFirst { signal.signal() }
    }

    /// Waits until all lines are written, for a second at most. Blocks; calls nothing that a signal handler may not call.
    func flush() {
        for _ in 0..<Int(Self.patience / .milliseconds(1)) where unwrittenCount.load(ordering: .acquiring) > 0 {
            usleep(1_000)
        }
    }

    // MARK: The thread

    private func writeLines() {
        writer.store(pthread_self(), ordering: .relaxed)
        while true {
            signal.wait()
            let lines = state.withLock { state in
                defer { state.lines = [] }
                return state.lines
            }
            for line in lines {
                Self.writeToStandardError(line)
                state.withLock { $0.size -= line.utf8.count + Self.overhead }
                unwrittenCount.subtract(1, ordering: .releasing)
            }
            reportDropped()
        }
    }

    private func reportDropped() {
        let dropped = state.withLock { state in
            defer { state.dropped = 0 }
            return state.dropped
        }
        guard dropped > 0 else { return }
        Logger(label: LineLogHandler.label).warning(
            "Dropped log lines: standard error was blocked or too slow",
            metadata: ["dropped": .stringConvertible(dropped)]
        )
    }

    /// Where nobody reads it any more, the line is lost.
    private static func writeToStandardError(_ line: String) {
        var line = line
        line.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                let count = Foundation.write(STDERR_FILENO, rest.baseAddress, rest.count)
                if count >= 0 {
                    rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
                } else if errno == EAGAIN {
                    // Another process that has the same file may have made it non-blocking.
                    var descriptor = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
                    poll(&descriptor, 1, -1)
                } else if errno != EINTR {
                    return
                }
            }
        }
    }
}
