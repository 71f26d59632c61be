import HTTPTransport

/// What a method does at a route, and who may call it.
struct Operation: Sendable {
    enum Handler: Sendable {
        case forAnyone(@Sendable (Resources, APIRequest) async throws -> Response)
        /// For callers with credentials of an account.
        case forAccounts(@Sendable (Resources, APIRequest, Caller) async throws -> Response)
    }

    let handler: Handler
    /// The parameters that the handler takes from the path, in the path's order.
    let parameters: [any PathParameter.Type]

    static func forAnyone(
        _ handler: @escaping @Sendable (Resources) -> (APIRequest) async throws -> Response
    ) -> Operation {
        Operation(
            handler: .forAnyone { resources, request in try await handler(resources)(request) },
            parameters: []
        )
    }

    static func forAccounts(
        _ handler: @escaping @Sendable (Resources) -> (APIRequest, Caller) async throws -> Response
    ) -> Operation {
        Operation(
            handler: .forAccounts { resources, request, caller in try await handler(resources)(request, caller) },
            parameters: []
        )
    }

    static func forAccounts<First: PathParameter>(
        _ handler: @escaping @Sendable (Resources) -> (First, APIRequest, Caller) async throws -> Response
    ) -> Operation {
        Operation(
            handler: .forAccounts { resources, request, caller in
                try await handler(resources)(request.parameters.value(at: 0), request, caller)
            },
            parameters: [First.self]
        )
    }

    static func forAccounts<First: PathParameter, Second: PathParameter>(
        _ handler: @escaping @Sendable (Resources) -> (First, Second, APIRequest, Caller) async throws -> Response
    ) -> Operation {
        Operation(
            handler: .forAccounts { resources, request, caller in
                let parameters = request.parameters
                return try await handler(resources)(parameters.value(at: 0), parameters.value(at: 1), request, caller)
            },
            parameters: [First.self, Second.self]
        )
    }
}
