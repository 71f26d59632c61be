import AssistantsStore
import PostgresStore
import PrometheusMetrics

/// A PostgreSQL database, by its URL.
struct PostgresDatabase: CustomStringConvertible {
    /// What an option must be that names one.
    static let form = """
        like postgresql://user@host/database, with parameters that libpq knows. In the user name and the password, percent-encode \
        every character that is neither a letter nor a digit: @ as %40, / as %2F
        """

    private let url: String

    /// Its host and name, without a password.
    var description: String { PostgresStore.summary(ofURL: url) }

    /// `nil` where `url` is none of PostgreSQL, or not valid.
    init?(_ url: String) {
        guard url.hasPrefix("postgresql://") || url.hasPrefix("postgres://"), PostgresStore.isValid(url: url) else {
            return nil
        }
        self.url = url
    }

    /// - Parameters:
    ///   - nodes: nodes of the same Citus cluster, to read pages from.
    ///   - connections: how many there are at most, beside those for pages.
    ///   - searchConnections: how many there are at most for lists with a filter.
    ///   - isForCopy: whether a copy into the database may be unfinished.
    ///   - metrics: get the database's figures.
    func openStore(
        readingFrom nodes: [PostgresDatabase] = [],
        connections: Int = 8,
        searchConnections: Int = ScanBudget.threadCount,
        isForCopy: Bool = false,
        metrics: MetricsRegistry = MetricsRegistry()
    ) async throws -> PostgresStore {
        try await PostgresStore(
            url: url,
            readURLs: nodes.map(\.url),
            connections: connections,
            searchConnections: searchConnections,
            isForCopy: isForCopy,
            metrics: metrics
        )
    }

    /// What is wrong with the database's rows, in sentences; nothing if all is right.
    /// - Parameter isDeep: whether every word of the search index is compared with the messages.
    func problems(isDeep: Bool) async throws -> [String] {
        try await openStore(connections: 1).problems(isDeep: isDeep)
    }

    /// Makes the tables, or brings them to this version's form.
    /// - Parameters:
    ///   - isDistributed: whether they are to be spread over the servers of Citus.
    ///   - isLast: whether no server of an earlier version runs any more.
    /// - Returns: whether nothing is left to be done once that is so.
    func migrate(isDistributed: Bool, isLast: Bool) async throws -> Bool {
        try await PostgresStore.migrate(url: url, isDistributed: isDistributed, isLast: isLast)
    }
}
