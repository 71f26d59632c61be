/// Who speaks in a message: a person, the assistant, or what the assistant called.
package enum MessageRole: String, CaseIterable, Sendable {
    case user, assistant, tool, knowledge
}
