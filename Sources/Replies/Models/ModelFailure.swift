/// Why a model gave no reply.
struct ModelFailure: Error, Equatable {
    /// For the caller: may have the server's words, but neither its key nor where it is.
    let reason: String
    /// For the log.
    var detail = ""
}
