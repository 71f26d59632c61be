import Foundation
import Synchronization

/// Notices SIGINT and SIGTERM, so that a command can end where the same command continues. A second signal ends the process at once.
enum Interruption {
    /// 0 before the first signal.
    private static let received = Atomic<Int32>(0)

    static var isRequested: Bool { received.load(ordering: .relaxed) != 0 }

    static func watch() {
        // The handler must not be the first to use it.
        received.store(0, ordering: .relaxed)
        for number in [SIGINT, SIGTERM] {
            var action = sigaction()
            action.__sigaction_handler.sa_handler = { number in
                Interruption.received.store(number, ordering: .relaxed)
                // The next one has the usual effect, whichever of them it is.
                signal(SIGINT, SIG_DFL)
                signal(SIGTERM, SIG_DFL)
            }
            action.sa_flags = SA_RESTART
            sigaction(number, &action, nil)
        }
    }

    /// Ends the process as the signal would have, so that a shell sees what ended it.
    /// - Parameter message: for standard error.
    static func end(_ message: String) -> Never {
        FileHandle.standardError.write(Data("\(message)\n".utf8))
        let number = received.load(ordering: .relaxed)
        // Threads of the concurrency runtime block signals.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, number)
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
        raise(number)
        exit(1)
    }
}
