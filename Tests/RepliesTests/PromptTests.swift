import AssistantsStore
import SQLiteStore
import TestSupport
import Testing

@testable import Replies

@Suite("Prompts")
struct PromptTests {
    private let account = AccountSID.random()
    private let directory: TemporaryDirectory
    private let store: any Store

    init() async throws {
        directory = try TemporaryDirectory()
        store = try SQLiteStore(path: directory.file("understudy.sqlite"))
        try await store.create(
            Account(sid: account, name: "", dateCreated: .now),
            token: StoredAuthToken(digest: [UInt8](repeating: 0, count: 32), sealed: [])
        )
    }

    /// The prompt for the last of some messages of a session.
    private func prompt(_ messages: [(MessageRole, String)], limit: Int = 1_000, rows: Int = 1_000) async throws
        -> Prompt
    {
        let drafts = try messages.map { MessageDraft(role: $0.0, content: try JSONObject($0.1)) }
        _ = try await store.append(
            drafts,
            to: SessionReference("s"),
            in: account,
            defaults: MessageDefaults(assistantName: "Test"),
            once: nil
        )
        let page = try await store.readMessages(
            of: SessionReference("s"),
            in: account,
            page: PageRequest(.first, size: 1)
        ) { _ in }
        let session = try #require(page.next?.session ?? SessionNumber(1))
        let cursor = MessageCursor(session: session, position: Int64(messages.count))
        let turn = Turn(
            id: .unique(),
            account: account,
            assistantID: .unique(),
            sessionID: SessionID(unchecked: "s"),
            identity: "user_id:a",
            mode: .voice,
            webhook: nil,
            message: cursor
        )
        var assistant = AssistantDetails(name: "Ann")
        assistant.personalityPrompt = "You are Ann."
        let prompts = PromptBuilder(store: store, historyLimit: limit, historyRows: rows)
        return try await prompts.prompt(for: turn, at: cursor, of: assistant)
    }

    @Test("the model is told who it is, what the mode asks for, and what was said")
    func whole() async throws {
        let prompt = try await prompt([
            (.user, #"{"content":"one"}"#), (.tool, #"{"name":"t","output":"x"}"#),
            (.assistant, #"{"output":"two"}"#), (.user, #"{"content":"three \u00e9"}"#),
        ])
        #expect(prompt.instructions.hasPrefix("You are Ann.\n\n"))
        #expect(prompt.instructions.contains("telephone"))
        #expect(
            prompt.messages == [
                .init(role: .user, text: "one"), .init(role: .assistant, text: "two"),
                .init(role: .user, text: "three é"),
            ]
        )
    }

    @Test("user and assistant come in turn, the user first")
    func alternating() async throws {
        let prompt = try await prompt([
            (.assistant, #"{"content":"hello"}"#), (.user, #"{"content":"a"}"#), (.user, #"{"content":"b"}"#),
            (.assistant, #"{"content":"c"}"#), (.assistant, #"{"content":"d"}"#), (.user, #"{"free":["form"]}"#),
        ])
        #expect(
            prompt.messages == [
                .init(role: .user, text: "a\n\nb"), .init(role: .assistant, text: "c\n\nd"),
                .init(role: .user, text: #"{"free":["form"]}"#),
            ]
        )
    }

    @Test(
        "as much of the newest is told as fits, and the message to be answered in any case",
        arguments: [0, 4, 8, 20, 999]
    )
    func budget(_ limit: Int) async throws {
        // 60 messages, so that several pages are read, of four bytes each.
        let messages = (1...60).map { number in
            (number.isMultiple(of: 2) ? MessageRole.assistant : .user, #"{"content":"\#(1_000 + number)"}"#)
        }
        let prompt = try await prompt(messages + [(.user, #"{"content":"1061"}"#)], limit: limit)
        // What does not begin with the user is left out.
        let fitting = [0: 1, 4: 1, 8: 1, 20: 5, 999: 61][limit]
        #expect(prompt.messages.count == fitting)
        #expect(prompt.messages.last?.text == "1061")
        #expect(prompt.messages.first?.role == .user)
    }

    @Test("empty texts are left out, but not the message that is to be answered")
    func emptyTexts() async throws {
        let prompt = try await prompt([
            (.user, #"{"content":"one"}"#), (.assistant, #"{"content":"","output":""}"#),
            (.assistant, #"{"content":"","output":"two"}"#), (.user, #"{"content":" \n "}"#),
            (.assistant, #"{"content":"\t"}"#), (.user, #"{"content":"three"}"#),
        ])
        #expect(
            prompt.messages == [
                .init(role: .user, text: "one"), .init(role: .assistant, text: "two"),
                .init(role: .user, text: "three"),
            ]
        )
    }

    @Test("an empty message that is to be answered stays")
    func emptyMessage() async throws {
        let prompt = try await prompt([(.user, #"{"content":"one"}"#), (.user, #"{"content":" "}"#)])
        #expect(prompt.messages == [.init(role: .user, text: "one\n\n ")])
    }

    @Test("only so many messages are read, however little they say", arguments: [1, 20, 21, 40, 45])
    func rows(_ rows: Int) async throws {
        let messages: [(MessageRole, String)] =
            [(.user, #"{"content":"far away"}"#)] + Array(repeating: (.tool, #"{"output":"x"}"#), count: 43)
            + [(.user, #"{"content":"near"}"#)]
        let prompt = try await prompt(messages, rows: rows)
        #expect(prompt.messages.map(\.text) == [rows < 45 ? "near" : "far away\n\nnear"])
    }
}
