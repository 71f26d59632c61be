import AssistantsAPI
import AssistantsStore
import Foundation
import Logging
import Replies
import UnderstudyServer

extension Setting {
    /// Those of `understudy serve`, as `understudy config` lists them.
    static var ofServer: [Setting] {
        let ofOtherCommands: [Setting] = [
            .account, .authTokenFile, .citus, .format, .keepNumbers, .name, .readOnly, .sid,
        ]
        return allCases.filter { $0.replacement == nil && !ofOtherCommands.contains($0) }
    }

    /// The value in `understudy serve` if nothing sets it; `nil` if there is none.
    var standard: String? {
        let options = ServerOptions()
        return switch self {
        case .accessLog, .existing, .keepReasoning: "false"
        case .compression: options.api.isCompressing ? "gzip" : "none"
        case .dataDirectory: DataDirectory.standardPath
        case .databaseConnections: "\(ServeOptions.databaseConnections)"
        case .historyLimit: "\(options.turns.historyLimit)"
        case .host: ServeOptions.address.host
        case .logFormat: OutputFormat.text.rawValue
        case .logLevel: ServeOptions.logLevel.rawValue
        case .maximumBodyMemory: "\(options.api.bodyMemory >> 20)"
        case .maximumConcurrentTurns: "\(options.turns.maximumRunning)"
        case .maximumConnections: "\(options.maximumConnections)"
        case .maximumRequests: "\(options.api.maximumRequests)"
        case .maximumWaitingTurns: "\(options.turns.maximumWaiting)"
        case .modelTimeout: "\(ServerOptions.modelTimeout)"
        case .pageCache: "\(options.api.pageCacheSize >> 20)"
        case .port: "\(ServeOptions.address.port)"
        case .searchThreads: "\(ScanBudget.threadCount)"
        case .shutdownDelay: "\(options.shutdownDelay.components.seconds)"
        case .webhookRetryTime: "\(options.callbacks.retryTime.components.seconds)"
        default: nil
        }
    }

    /// A value as people may see it: of a secret nothing, of a URL only what cannot be a password.
    func masked(_ text: String) -> String {
        switch self {
        case .authToken, .modelKey, .secretKey: "********"
        case .databaseURL: PostgresDatabase(text)?.description ?? Self.hidden
        case .databaseReadURLs:
            text.split(separator: " ").map { PostgresDatabase(String($0))?.description ?? Self.hidden }
                .joined(separator: ", ")
        case .dataDirectory: DataDirectory.canBePath(text) ? text : Self.hidden
        case .modelURL, .publicURL: Self.withoutSecrets(text)
        default: text
        }
    }

    /// Scheme, host, port, and path of a URL. Not by `URLComponents`, which has no host in a program without ICU's data (decision 32).
    static func withoutSecrets(_ url: String) -> String {
        // A password may contain anything, so all in front of the last @ is left out.
        guard let parts = url.wholeMatch(of: /(https?:\/\/)(?:.*@)?([^\/?#@\s]+)(\/[^?#@]*)?(?:[?#].*)?/) else {
            return hidden
        }
        return "\(parts.1)\(parts.2)\(parts.3 ?? "")"
    }

    private static let hidden = "(not valid)"
}
