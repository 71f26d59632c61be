package import AssistantsStore
package import HTTPTransport
package import Logging
import NIOHTTP1
package import PrometheusMetrics
package import Replies
package import Secrets
import TextEncodings

/// Answers every request: finds its route and its operation, checks its credentials, and turns what is thrown into the
/// error that the contract wants. The one place where a fault is logged, under the request's id.
package struct AssistantsResponder: Responder {
    private let baseURL: BaseURL
    private let authenticator: Authenticator
    private let resources: Resources
    private let requests: RequestsInFlight
    private let metrics: RequestMetrics
    private let rates: AccountRates?
    private let bodies: BodyBudget
    private let isCompressing: Bool
    private let log: RequestLog
    private let logger: Logger

    /// - Parameters:
    ///   - pageTokenKey: the store's.
    ///   - sealingKey: what secrets are sealed with that the store keeps, or why there is none; what needs it then fails.
    ///   - model: what gives the replies, for its name.
    ///   - turns: takes the messages to assistants; runs beside the server.
    ///   - callbacks: knows which webhooks can be called.
    ///   - readiness: what `/ready` answers.
    ///   - isTLS: whether clients speak HTTPS with this server.
    ///   - metrics: get the requests' figures.
    package init(
        store: any Store,
        pageTokenKey: [UInt8],
        sealingKey: Result<SealingKey, any Error>,
        model: Model,
        turns: TurnRunner,
        callbacks: CallbackSender,
        readiness: Readiness,
        isTLS: Bool,
        options: APIOptions,
        metrics: MetricsRegistry,
        logger: Logger
    ) {
        self.logger = logger
        isCompressing = options.isCompressing
        log = RequestLog(options: options, logger: logger)
        let bodies = BodyBudget(limit: options.bodyMemory)
        self.bodies = bodies
        baseURL = BaseURL(
            publicURL: options.publicURL,
            trustedProxies: options.trustedProxies,
            scheme: isTLS ? "https" : "http"
        )
        authenticator = Authenticator(store: store, trustedProxies: options.trustedProxies)
        let requests = RequestsInFlight(limit: options.maximumRequests)
        self.requests = requests
        rates = options.requestRate.map(AccountRates.init)
        self.metrics = RequestMetrics(registry: metrics)
        metrics.gauge("understudy_requests_in_flight", "How many requests are worked on, messages to assistants aside.")
        {
            Double(requests.current)
        }
        metrics.gauge("understudy_request_body_bytes", "Bytes held of request bodies that are still being received.") {
            Double(bodies.total)
        }
        metrics.gauge(
            "understudy_callers_waiting",
            "How many callers wait for replies."
        ) {
            Double(turns.callers)
        }
        metrics.gauge("understudy_turns_running", "How many replies are being made.") { Double(turns.running) }
        for cut in Reply.Cut.allCases {
            metrics.counter(
                "understudy_replies_cut_total",
                "Replies that are incomplete, by reason: the model's limit of tokens (length) or the limit of a message (size).",
                labels: ["reason": cut.rawValue]
            ) {
                Double(turns.cutReplies(cut))
            }
        }
        resources = Resources(
            store: store,
            tokens: PageTokens(key: pageTokenKey),
            tags: PageTags(key: pageTokenKey),
            sealingKey: sealingKey,
            model: model,
            turns: turns,
            callbacks: callbacks,
            requests: requests,
            readiness: readiness,
            options: options,
            metrics: metrics
        )
        // A row that cannot work stops the process here, not at its first request.
        _ = Routes.all
    }

    package func respond(to request: Request) async -> Response {
        let id = RequestID()
        let start = ContinuousClock.now
        let target = RequestTarget(request.target)
        var subject = RequestLog.Subject(id: id, request: request, target: target)
        var response: Response
        do {
            response = try await answer(request, target, &subject)
        } catch {
            let error = apiError(error, path: target.path)
            if error.isOverload { request.connection.slowDown() }
            response = ErrorRepresentation.response(for: error)
            log.record(error, of: subject)
        }
        let duration = start.duration(to: .now)
        metrics.record(subject.route, request.method, response.status, duration)
        log.record(response, of: subject, after: duration)
        response.headers.add(name: "Twilio-Request-Id", value: id.description)
        if isCompressing { response.headers.add(name: "Vary", value: "Accept-Encoding") }
        return response
    }

    package func response(to refusal: Refusal) -> Response {
        let error: APIError =
            switch refusal {
            case .malformed:
                .badRequest("The request is not well-formed HTTP, or its headers are too large")
            case .tooSlow(let part, let limit):
                .timeout("The request's \(part) took longer than \(limit.components.seconds) s to arrive")
            }
        let id = RequestID()
        logger.info(
            "\(error.message)",
            metadata: ["request_id": "\(id)", "status": .stringConvertible(Int(error.status.code))]
        )
        var response = ErrorRepresentation.response(for: error)
        response.headers.add(name: "Twilio-Request-Id", value: id.description)
        return response
    }

    /// - Parameter subject: gets the route and the account, as soon as they are known.
    private func answer(
        _ request: Request,
        _ target: RequestTarget,
        _ subject: inout RequestLog.Subject
    ) async throws -> Response {
        if let coding = request.header("Transfer-Encoding"), coding.lowercased() != "chunked" {
            throw APIError.unknownTransferEncoding()
        }
        let baseURL = try baseURL.text(for: request)
        guard let match = try match(target.path) else { throw APIError.notFound(path: target.path) }
        subject.route = match.route
        let accepted = isCompressing ? request.header("Accept-Encoding") : nil
        let coding = accepted.map(ContentCoding.init(acceptedBy:)) ?? .identity
        var apiRequest = APIRequest(
            http: request,
            target: target,
            route: match.route,
            parameters: match.parameters,
            baseURL: baseURL,
            coding: coding
        )
        switch try match.route.operation(for: request.method).handler {
        case .forAnyone(let handle):
            return try await handle(resources, apiRequest).coded(as: coding)
        case .forAccounts(let handle):
            let caller = try await requests.count { try await self.caller(of: request, &subject) }
            // A body that dribbles in keeps nobody else out.
            if request.method == .POST || request.method == .PUT {
                apiRequest.body = try await request.readBody(within: bodies)
            }
            // Who waits for a reply is counted there.
            if match.route.waitsForOthers { return try await handle(resources, apiRequest, caller).coded(as: coding) }
            return try await requests.count { [apiRequest] in
                try await handle(resources, apiRequest, caller).coded(as: coding)
            }
        }
    }

    /// - Throws: `APIError` where the caller may not make the request.
    private func caller(of request: Request, _ subject: inout RequestLog.Subject) async throws -> Caller {
        let caller = try await authenticator.caller(of: request)
        subject.account = caller.account
        try caller.requirePermission(for: request.method)
        if let wait = rates?.wait(of: caller.account, at: .now) {
            throw APIError.overloaded("The account has made as many requests as it may; try again later", after: wait)
        }
        return caller
    }

    private func match(_ path: Substring) throws(APIError) -> (route: Route, parameters: PathParameters)? {
        do {
            return try Routes.match(path)
        } catch {
            switch error {
            case .malformed: throw .badRequest("The path has a % without two hexadecimal digits behind it")
            case .notUTF8: throw .badRequest("The path must be UTF-8, percent-encoded where needed")
            case .containsNUL: throw .badRequest("The path must not hold a NUL")
            }
        }
    }

    // MARK: Errors

    private func apiError(_ error: any Error, path: Substring) -> APIError {
        switch error {
        case let error as APIError: error
        case let error as StoreError: APIError(error, path: path)
        case is CancellationError: .stopping()
        case TurnRefusal.stopping:
            .stopping("The server stops; a message that it has taken is kept, and answered by another")
        case TurnRefusal.tooManyCallers:
            .overloaded("As many messages wait for their replies as may; try again later")
        default: .fault(error)
        }
    }
}
