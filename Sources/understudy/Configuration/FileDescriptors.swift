import Foundation

/// How many files and connections the process may have open.
enum FileDescriptors {
    /// What is kept for everything but clients' connections.
    private static let others = 256

    /// How many connections of clients there may be, once the limit of the process is raised.
    static func connectionsAfterRaisingLimit() -> Int { max(0, raiseLimit() - others) }

    /// Takes as many as the system gives, which by default gives a program fewer than it may have.
    /// - Returns: how many.
    private static func raiseLimit() -> Int {
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return 0 }
        if limit.rlim_cur < limit.rlim_max {
            var raised = limit
            raised.rlim_cur = limit.rlim_max
            if setrlimit(resource, &raised) == 0 { limit = raised }
        }
        return Int(clamping: limit.rlim_cur)
    }

    private static var resource: __rlimit_resource_t { __rlimit_resource_t(RLIMIT_NOFILE.rawValue) }
}
