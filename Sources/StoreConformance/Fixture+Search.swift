import AssistantsStore
import Foundation
import TextSearch

extension Fixture {
    /// The ids of the messages of a session that a query finds.
    func found(_ query: String, in session: String = "s") async throws -> [String] {
        let request = PageRequest<MessageCursor>(.first, size: 1_000, scan: .search)
        return try await page(of: session, request, matching: MessageFilter(query: SearchQuery(query))).texts
    }

    /// The same in all sessions, the newest message first.
    /// - Parameter store: another one of the same database; `nil` for the fixture's.
    func foundAnywhere(_ query: String, in store: (any Store)? = nil) async throws -> [String] {
        let page = PageRequest<AccountMessageCursor>(.first, in: .descending, size: 1_000, scan: .search)
        let filter = MessageFilter(query: try SearchQuery(query))
        let request = AccountMessagesRequest(of: account, page: page, matching: filter)
        return try await (store ?? self.store).matchingMessages(request).items.map(\.id.text)
    }
}

extension NewMessage {
    /// A message of any text.
    static func message(_ id: String, _ text: String, in session: String = "s") throws -> NewMessage {
        let content = String(decoding: try JSONEncoder().encode(["content": text]), as: UTF8.self)
        return NewMessage(
            id: MessageID(unchecked: id),
            sessionID: SessionID(unchecked: session),
            role: .user,
            content: try JSONObject(content)
        )
    }
}
