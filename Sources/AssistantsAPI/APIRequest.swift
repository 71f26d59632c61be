import HTTPTransport

/// A request on its way to its operation: what has been found out about it.
struct APIRequest {
    let http: Request
    let target: RequestTarget
    let route: Route
    /// Those of the path, as the route's template has them.
    let parameters: PathParameters
    /// What URLs in the answer begin with.
    let baseURL: String
    /// What the answer may be coded in; one that is short stays plain.
    let coding: ContentCoding
    /// The request's body; empty where its method has none.
    var body: [UInt8] = []

    /// The path in the least encoding; it may have come in another one.
    var path: String { route.template.path(parameters) }
}
