import AssistantsStore

/// What a model is asked to continue.
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

/// Makes the prompt of a turn: what its assistant is told, and as much of the session as fits.
struct PromptBuilder {
    let store: any Store
    /// How much of the session is told, in bytes of text; the message that is to be answered always is.
    let historyLimit: Int
    /// How many of the session's newest messages are read, those that tell the model nothing included.
    let historyRows: Int

    func prompt(for turn: Turn, at message: MessageCursor, of assistant: AssistantDetails) async throws -> Prompt {
        let instructions = [assistant.personalityPrompt, turn.mode.instructions].filter { !$0.isEmpty }
        return Prompt(
            instructions: instructions.joined(separator: "\n\n"),
            messages: Self.alternating(try await history(of: turn, upTo: message))
        )
    }

    /// What was said up to a message, oldest first. Empty texts are left out, for some servers refuse them, and with them
    /// every later turn of the session.
    private func history(of turn: Turn, upTo message: MessageCursor) async throws -> [Prompt.Message] {
        var newestFirst: [Prompt.Message] = []
        var length = 0
        var end: MessageCursor? = MessageCursor(session: message.session, position: message.position + 1)
        var rows = 0
        while let cursor = end, rows < historyRows {
            var page: [Prompt.Message] = []
            let neighbors = try await store.readMessages(
                of: SessionReference(turn.sessionID.text),
                in: turn.account,
                page: PageRequest(.before(cursor), size: min(20, historyRows - rows))
            ) { row in
                rows += 1
                if let message = Prompt.Message(row) { page.append(message) }
            }
            for message in page.reversed() where !message.text.isBlank || newestFirst.isEmpty {
                length += message.text.utf8.count
                guard length <= historyLimit || newestFirst.isEmpty else { return newestFirst.reversed() }
                newestFirst.append(message)
            }
            end = neighbors.previous
        }
        return newestFirst.reversed()
    }

    /// Many models' templates take nothing but user and assistant in turn, and the user first.
    static func alternating(_ messages: [Prompt.Message]) -> [Prompt.Message] {
        var merged: [Prompt.Message] = []
        for message in messages.drop(while: { $0.role == .assistant }) {
            if merged.last?.role == message.role {
                merged[merged.count - 1].text += "\n\n" + message.text
            } else {
                merged.append(message)
            }
        }
        return merged
    }
}

extension Prompt.Message {
    /// `nil` for what the assistant called: its reply has what came of it.
    fileprivate init?(_ row: borrowing MessageRow) {
        let role = row.role.withUnsafeBytes { MessageRole(rawValue: String(decoding: $0, as: UTF8.self)) }
        switch role {
        case .user: self.role = .user
        case .assistant: self.role = .assistant
        case .tool, .knowledge, nil: return nil
        }
        text = MessageText.text(ofContent: row.content.withUnsafeBytes { Array($0) })
    }
}

extension SendMode {
    /// What a model is told of the way its reply will be read.
    fileprivate var instructions: String {
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
