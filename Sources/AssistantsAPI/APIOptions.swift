package import AssistantsStore

/// How requests are answered.
package struct APIOptions: Sendable {
    /// What URLs in responses begin with; `nil` for the address that the client used.
    package var publicURL: PublicURL?
    package var trustedProxies = TrustedProxies()
    /// Maximum size of the page cache in bytes; 0 disables it.
    package var pageCacheSize = 80 << 20
    /// Whether clients that accept compressed responses get them.
    package var isCompressing = true
    /// Maximum number of requests in flight, not counting messages to assistants.
    package var maximumRequests = 1_000
    /// How many lists with a filter that take long are in progress for each thread that reads for them.
    package static let scansPerThread = 16
    /// Maximum number of them.
    package var maximumScans = scansPerThread * ScanBudget.threadCount
    /// How much each of these may examine.
    package var scan = ScanBudget()
    /// The same if it looks for words.
    package var search = ScanBudget.search
    /// Maximum memory for request bodies that are still arriving, in bytes.
    package var bodyMemory = 64 << 20
    /// Maximum number of requests of an account per second; `nil` for no limit.
    package var requestRate: Int?
    /// A response that took longer gets a line in the log.
    package var slowRequest = Duration.seconds(1)

    /// The server's own version, for `GET /health`.
    package var version = "unknown"
    /// Whether every request gets a line in the log.
    package var hasAccessLog = false

    package init() {}
}
