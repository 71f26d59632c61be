/// Why a model gave no reply.
struct ModelFailure: Error, Equatable {
    /// For the caller: says nothing of where the model's server is, or what it said.
    let reason: String
    /// For the log.
    var detail = ""
}
