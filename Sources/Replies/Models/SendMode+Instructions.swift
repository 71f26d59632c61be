import AssistantsStore

extension SendMode {
    /// What a model is told of the way its reply will be read.
    var instructions: String {
        switch self {
        case .chat:
            "Your reply is shown in a chat."
        case .email:
            "Your reply is sent as the text of an email: begin with a salutation and end with a closing."
        case .voice:
            """
            Your reply is read aloud on a telephone: use short, plain sentences, without markup, lists, links or emoji, \
            and write numbers the way they are spoken.
            """
        }
    }
}
