import Foundation
import Synchronization

/// Notices SIGINT and SIGTERM, so that a command can end where the same command continues. A second signal ends the process at once.
enum Interruption {
    /// 0 before the first signal.
    private static let signal = Atomic<Int32>(0)

    static var isRequested: Bool { signal.load(ordering: .relaxed) != 0 }

    static func watch() {
        // The handler must not be the first to use it.
        signal.store(0, ordering: .relaxed)
        for number in [SIGINT, SIGTERM] {
            var action = sigaction()
            action.__sigaction_handler.sa_handler = { Interruption.signal.store($0, ordering: .relaxed) }
            // Once: the next one has the usual effect.
            action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND)) | SA_RESTART
            sigaction(number, &action, nil)
        }
    }

    /// Ends the process as the signal would have, so that a shell sees what ended it.
    /// - Parameter message: for standard error.
    static func end(_ message: String) -> Never {
        FileHandle.standardError.write(Data("\(message)\n".utf8))
        let number = signal.load(ordering: .relaxed)
        // Threads of the concurrency runtime block signals.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, number)
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        raise(number)
        exit(1)
    }
}
