/// What a reply is for, which decides how it should be worded.
package enum SendMode: String, CaseIterable, Sendable {
    case chat, email, voice
}
