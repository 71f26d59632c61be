import Foundation

/// Has a crash wait for the log's last lines, which are the ones that say most about it.
enum CrashHandler {
    private static let signals = [SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP]
    /// What was done at each signal before, by its number. Written before any handler is installed, and then only read.
    nonisolated(unsafe) private static let previous: UnsafeMutablePointer<sigaction> = {
        let count = Int(signals.max() ?? 0) + 1
        let actions = UnsafeMutablePointer<sigaction>.allocate(capacity: count)
        actions.initialize(repeating: sigaction(), count: count)
        return actions
    }()

    /// Installs the handler. Called once, before other threads run that may crash.
    static func install() {
        for signal in signals { sigaction(signal, nil, previous + Int(signal)) }
        for signal in signals {
            var action = sigaction()
            // Only what is safe in a signal handler: the queue's own thread keeps writing meanwhile.
            action.__sigaction_handler.sa_handler = { signal in
                LogQueue.standardError.flush()
                sigaction(signal, CrashHandler.previous + Int(signal), nil)
                raise(signal)
            }
            action.sa_flags = SA_ONSTACK
            sigaction(signal, &action, nil)
        }
    }
}
