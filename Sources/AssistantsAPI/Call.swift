import Hummingbird

/// A request on its way to its operation: what has been found out about it.
struct Call {
    let request: Request
    let target: RequestTarget
    /// What URLs in the answer begin with.
    let baseURL: String
    /// The request's body; empty where its method has none.
    var body: [UInt8] = []
}
