/// A setting of the program. Its raw value is the name that the command line (`--page-cache`) and the configuration file
/// (`page-cache`) have for it; the environment has `UNDERSTUDY_PAGE_CACHE`.
enum Setting: String, CaseIterable {
    case accessLog = "access-log"
    case account
    case accountSID = "account-sid"
    case allowPrivate = "allow-private"
    case allowPrivateCallbacks = "allow-private-callbacks"
    case authToken = "auth-token"
    case authTokenFile = "auth-token-file"
    case callbackRetryTime = "callback-retry-time"
    case citus
    case compression
    case configFile = "config-file"
    case dataDirectory = "data-directory"
    case databaseConnections = "database-connections"
    case databaseReadURLs = "database-read-urls"
    case databaseURL = "database-url"
    case existing
    case format
    case historyLimit = "history-limit"
    case host
    case keepNumbers = "keep-numbers"
    case keepReasoning = "keep-reasoning"
    case logFormat = "log-format"
    case logLevel = "log-level"
    case maximumBodyMemory = "max-body-memory"
    case maximumConcurrentTurns = "max-concurrent-turns"
    case maximumConnections = "max-connections"
    case maximumRequestRate = "max-request-rate"
    case maximumRequests = "max-requests"
    case maximumWaitingTurns = "max-waiting-turns"
    case metricsAddress = "metrics-address"
    case model
    case modelKey = "model-key"
    case modelKeyFile = "model-key-file"
    case modelTimeout = "model-timeout"
    case modelURL = "model-url"
    case name
    case pageCache = "page-cache"
    case port
    case publicURL = "public-url"
    case readOnly = "read-only"
    case searchThreads = "search-threads"
    case secretKey = "secret-key"
    case shutdownDelay = "shutdown-delay"
    case sid
    case tlsCertificate = "tls-certificate"
    case tlsKey = "tls-key"
    case trustedProxies = "trusted-proxies"
    case webhookRetryTime = "webhook-retry-time"

    /// The environment variable.
    var variable: String { "UNDERSTUDY_" + rawValue.uppercased().replacing("-", with: "_") }

    init?(variable: String) {
        guard let setting = Self.allCases.first(where: { $0.variable == variable }) else { return nil }
        self = setting
    }

    /// What replaces an earlier name, which works until 1.0; `nil` for a current one.
    var replacement: Setting? {
        switch self {
        case .allowPrivateCallbacks: .allowPrivate
        case .callbackRetryTime: .webhookRetryTime
        default: nil
        }
    }

    /// What separates the items of a list; `nil` for a setting that is not a list.
    var separator: String? {
        switch self {
        case .allowPrivate, .trustedProxies: ","
        // A URL may contain commas.
        case .databaseReadURLs: " "
        default: nil
        }
    }
}
