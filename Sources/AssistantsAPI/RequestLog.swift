import AssistantsStore
import HTTPTransport
import Logging
import NIOCore
import NIOHTTP1
import TextEncodings

/// What the log says of requests: their errors, the slow ones, and with the access log all of them. Never the value of a query, and
/// never a body.
struct RequestLog: Sendable {
    /// What becomes known of a request while it is answered.
    struct Subject {
        let id: RequestID
        let request: Request
        let target: RequestTarget
        /// `nil` if the path has none.
        var route: Route?
        /// `nil` until the credentials are checked.
        var account: AccountSID?
    }

    private let logger: Logger
    private let trustedProxies: TrustedProxies
    private let isAccessLogged: Bool
    /// A response that took longer gets a line.
    private let slowRequest: Duration
    private let overload: OverloadLog

    init(options: APIOptions, logger: Logger) {
        self.logger = logger
        trustedProxies = options.trustedProxies
        isAccessLogged = options.hasAccessLog
        slowRequest = options.slowRequest
        overload = OverloadLog(logger: logger)
    }

    func record(_ error: APIError, of subject: Subject) {
        if error.isOverload {
            overload.record(error, client: trustedProxies.client(of: subject.request), account: subject.account)
        }
        guard error.logLevel >= logger.logLevel else { return }
        var metadata = metadata(of: subject)
        metadata["status"] = .stringConvertible(Int(error.status.code))
        if let cause = error.cause { metadata["cause"] = "\(cause)" }
        // Who guesses passwords, or asks too often.
        if error.status == .unauthorized || error.status == .tooManyRequests {
            metadata.merge(caller(of: subject)) { $1 }
        }
        logger.log(level: error.logLevel, "\(error.message)", metadata: metadata)
    }

    func record(_ response: Response, of subject: Subject, after duration: Duration) {
        if duration > slowRequest, subject.route?.waitsForOthers != true {
            logger.warning("Slow request", metadata: metadata(of: subject).merging(["duration": duration.field]) { $1 })
        }
        guard isAccessLogged else { return }
        var metadata = caller(of: subject)
        metadata["request_id"] = "\(subject.id)"
        metadata["method"] = "\(subject.request.method.rawValue)"
        metadata["route"] = "\(subject.route?.template.text ?? "none")"
        metadata["status"] = .stringConvertible(Int(response.status.code))
        metadata["duration"] = duration.field
        if case .bytes(let body) = response.body {
            metadata["bytes"] = .stringConvertible(subject.request.method == .HEAD ? 0 : body.readableBytes)
        }
        logger.info("Request", metadata: metadata)
    }

    private func metadata(of subject: Subject) -> Logger.Metadata {
        [
            "request_id": "\(subject.id)",
            "method": "\(subject.request.method.rawValue)",
            "path": "\(PercentEncoding.encodeForbidden(in: subject.target.path))",
        ]
    }

    private func caller(of subject: Subject) -> Logger.Metadata {
        .caller(client: trustedProxies.client(of: subject.request), account: subject.account)
    }
}

extension Duration {
    /// In seconds, to the microsecond.
    fileprivate var field: Logger.MetadataValue {
        .stringConvertible((self / .microseconds(1)).rounded() / 1_000_000)
    }
}
