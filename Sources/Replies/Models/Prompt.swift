/// What a model is asked to go on from.
struct Prompt: Equatable, Sendable {
    struct Message: Equatable, Sendable {
        enum Role: String, Sendable {
            case user, assistant
        }

        let role: Role
        var text: String
    }

    /// What it is told of itself and of its task; may be empty.
    let instructions: String
    /// What was said so far, oldest first; the last is the user's message that is to be answered.
    let messages: [Message]
}
