/// Why an import ended. Nothing of the input was stored, unless it says so.
package enum ImportError: Error, CustomStringConvertible {
    /// Some messages are not what they must be: the first ones, up to `TranscriptImporter.maximumBadMessages`.
    case badMessages([BadMessage])
    /// The input changed between its check and its storing: what came before this message is stored.
    case inputChanged(BadMessage)
    case unreadable(path: String, reason: String)
    /// The copy of an input that is no file.
    case unwritable(path: String, reason: String)
    /// It is unknown in which order a session's messages were listed. The two are what cannot be put in order, or what contradicts the rest.
    case unknownOrder(Doubt, session: String, first: String, second: String)
    /// A file contains neither lines nor saved pages.
    case otherForm(path: String, form: String, advice: String)
    /// - Parameter end: where the last message stands that was stored or was there already; `nil` where the input was still being checked.
    case interrupted(stored: Int, end: ImportPlace?)

    /// What is unknown about the order of messages.
    package enum Doubt: Sendable {
        /// Whether the list begins with the oldest one.
        case direction
        /// How pages fit together: some are missing, or their lists were saved at different times or with different page sizes.
        case merge
    }

    package var description: String {
        switch self {
        case .badMessages(let bad):
            Self.description(of: bad)
        case .inputChanged(let bad):
            """
            \(bad), which it did not when the input was checked. What comes before it is stored; the same command continues \
            from there once the input is right.
            """
        case .unreadable(let path, let reason):
            "\(path) cannot be read: \(reason)"
        case .unwritable(let path, let reason):
            "\(path) cannot be written: \(reason)"
        case .unknownOrder(.direction, let session, let first, let second):
            """
            The pages of session \(session) do not list messages in one direction: \(first) comes before \(second), which is \
            later. Find the oldest message, then use --order newest-first or --order oldest-first, which is the order of \
            Understudy's lists. It is applied to all sessions. Nothing of the input was stored.
            """
        case .unknownOrder(.merge, let session, let first, let second):
            """
            The pages of session \(session) do not say which of the messages \(first) and \(second) comes first: a page is \
            missing, or they were saved from several lists. Add the missing page, or import the pages of each list with a \
            command of its own, oldest messages first. Nothing of the input was stored.
            """
        case .otherForm(let path, let form, let advice):
            "\(path) \(form). \(advice)"
        case .interrupted(_, nil):
            "Interrupted while the input was being checked. Nothing of the input was stored."
        case .interrupted(let stored, let end?):
            "Interrupted. The input is stored up to \(end): \(stored) messages by this command. The same command continues."
        }
    }

    private static func description(of bad: [BadMessage]) -> String {
        guard bad.count > 1 else { return "\(bad.map(\.description).joined()). Nothing of the input was stored." }
        let isCut = bad.count >= TranscriptImporter.maximumBadMessages
        let heading =
            isCut
            ? "The first \(bad.count) messages that cannot be imported:" : "\(bad.count) messages cannot be imported:"
        return ([heading] + bad.map { "  \($0)" } + ["Nothing of the input was stored."]).joined(separator: "\n")
    }
}

/// Why a message cannot be imported.
package struct BadMessage: Sendable, CustomStringConvertible {
    package let place: ImportPlace
    /// Continues a sentence that begins with the place.
    package let reason: String

    package var description: String { "\(place) \(reason)" }
}

/// Where a message stands in an input.
package struct ImportPlace: Sendable, CustomStringConvertible {
    /// In the order in which the input is read.
    let index: Int
    /// `nil` where the input is one file.
    let file: String?
    /// From 1. Of a page, the one on which it begins.
    let line: Int
    /// Of a page, from 1; `nil` where the line has the message, or where it is the page itself.
    let messageOfPage: Int?

    package var description: String {
        let message = messageOfPage.map { ", message \($0)," } ?? ""
        return "\(file.map { "\($0): " } ?? "")line \(line)\(message)"
    }
}
