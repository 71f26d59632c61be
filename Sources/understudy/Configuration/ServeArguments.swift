import ArgumentParser

/// What `serve` is told of the server itself.
struct ServeArguments: ParsableArguments {
    @Option(help: ArgumentHelp("The address to listen on.", discussion: "The default is 127.0.0.1."))
    var host: String?

    @Option(help: ArgumentHelp("The port to listen on; 0 takes a free one.", discussion: "The default is 8080."))
    var port: Int?

    @Option(
        help: ArgumentHelp(
            "A file of PEM with the server's certificate and those behind it: the server then speaks HTTPS.",
            discussion: "It is read again when it has changed. The default is plain HTTP.",
            valueName: "file"
        )
    )
    var tlsCertificate: String?

    @Option(help: ArgumentHelp("A file of PEM with the certificate's key.", valueName: "file"))
    var tlsKey: String?

    @Option(
        help: ArgumentHelp(
            "What the URLs in answers begin with.",
            discussion: "The default is the address that the client used.",
            valueName: "url"
        )
    )
    var publicURL: String?

    @Option(
        help: ArgumentHelp(
            "Proxies whose X-Forwarded-Proto and X-Forwarded-Host are believed: addresses or networks, with commas.",
            discussion: "The default is none. Example: 127.0.0.1,10.0.0.0/8",
            valueName: "addresses"
        )
    )
    var trustedProxies: String?

    @Option(
        help: ArgumentHelp(
            "Where GET /metrics is answered, in Prometheus' form and to anyone who asks.",
            discussion: "The default is nowhere. Example: 127.0.0.1:9464",
            valueName: "host:port"
        )
    )
    var metricsAddress: String?

    @Option(
        help: ArgumentHelp(
            "How much is logged: trace, debug, info, notice, warning, error or critical.",
            discussion: "The default is info.",
            valueName: "level"
        )
    )
    var logLevel: String?

    @Option(
        help: ArgumentHelp(
            "What the log's lines are: text, or json, one object a line.",
            discussion: "The default is text.",
            valueName: "format"
        )
    )
    var logFormat: String?

    @Option(
        help: ArgumentHelp(
            "Maximum number of connections to a PostgreSQL database, beside those for pages: one for each processor and one more.",
            discussion: "The default is 8.",
            valueName: "count"
        )
    )
    var databaseConnections: Int?

    @Option(
        name: .customLong("database-read-urls"),
        help: ArgumentHelp(
            "Workers of the Citus cluster to read pages from: URLs like --database-url, separated by spaces.",
            discussion: """
                Name every worker: a page is read from the one that stores its session, or else from the coordinator, which --database-url \
                names. Other users of the machine can see a password in a command line; UNDERSTUDY_DATABASE_READ_URLS hides it.
                """,
            valueName: "urls"
        )
    )
    var databaseReadURLs: String?

    @Option(
        help: ArgumentHelp(
            "Maximum number of threads that read for searches and other filtered lists; on PostgreSQL, of connections for them.",
            discussion: "The default is one for every two processors.",
            valueName: "count"
        )
    )
    var searchThreads: Int?

    @Option(
        help: ArgumentHelp(
            "How much memory pages may take that are kept for who asks again, in MiB; 0 keeps none.",
            discussion: "The default is 80.",
            valueName: "size"
        )
    )
    var pageCache: Int?

    @Option(
        help: ArgumentHelp(
            "How answers are compressed for clients that take that, as the official SDKs do: gzip or none.",
            discussion: "The default is gzip.",
            valueName: "coding"
        )
    )
    var compression: String?

    @Option(
        help: ArgumentHelp(
            "How many connections of clients there may be at once; further ones wait.",
            discussion: "The default is 10000, or what the system's limit of open files has room for.",
            valueName: "count"
        )
    )
    var maxConnections: Int?

    @Option(
        help: ArgumentHelp(
            "How many requests are worked on at once, and how many callers may wait for replies; further ones get 429.",
            discussion: "The default is 1000.",
            valueName: "count"
        )
    )
    var maxRequests: Int?

    @Option(
        help: ArgumentHelp(
            "Maximum memory for request bodies that are still arriving, in MiB; beyond it, the slowest are refused.",
            discussion: "The default is 64.",
            valueName: "size"
        )
    )
    var maxBodyMemory: Int?

    @Option(
        help: ArgumentHelp(
            "How many requests an account may make in a second; further ones get 429.",
            discussion: "The default is as many as it likes.",
            valueName: "count"
        )
    )
    var maxRequestRate: Int?

    @Option(
        help: ArgumentHelp(
            "How long a server that was told to stop goes on while /ready says so, for those who ask it.",
            discussion: "The default is 3; nobody waits where /ready has not been asked for a minute.",
            valueName: "seconds"
        )
    )
    var shutdownDelay: Int?

    @Flag(
        help:
            "Log every request: method, route, status, duration, bytes, client address, account, and request ID. Default: off."
    )
    var accessLog = false

    @Flag(help: "Require an existing database: never create one. For services whose data directory may not be mounted.")
    var existing = false

    /// For `Settings`. A flag that is not given is left to the environment and the configuration file.
    var given: [Setting: (any CustomStringConvertible)?] {
        [
            .host: host, .publicURL: publicURL, .trustedProxies: trustedProxies, .logLevel: logLevel,
            .logFormat: logFormat, .compression: compression, .metricsAddress: metricsAddress,
            .tlsCertificate: tlsCertificate, .tlsKey: tlsKey, .databaseReadURLs: databaseReadURLs,
            .port: port, .databaseConnections: databaseConnections, .pageCache: pageCache,
            .searchThreads: searchThreads,
            .maximumConnections: maxConnections, .maximumRequests: maxRequests, .maximumBodyMemory: maxBodyMemory,
            .maximumRequestRate: maxRequestRate, .shutdownDelay: shutdownDelay, .existing: existing ? true : nil,
            .accessLog: accessLog ? true : nil,
        ]
    }
}
