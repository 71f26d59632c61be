import AssistantsStore
import Synchronization

/// A store to which something happens before each slice that is read. Nothing else can be done with it.
final class ChangingStore: MessageStore {
    private let base: any Store
    private let change: @Sendable (_ slices: Int) async throws -> Void
    private let slices = Atomic(0)

    /// - Parameter change: gets how many slices there have been, with this one.
    init(_ base: any Store, _ change: @escaping @Sendable (_ slices: Int) async throws -> Void) {
        self.base = base
        self.change = change
    }

    var state: StoreState? { base.state }
    var hasOneWriter: Bool { base.hasOneWriter }

    func readMessages(
        _ request: MessagePageRequest,
        _ body: (borrowing MessageRow) -> Void
    ) async throws(StoreError) -> MessagePageReading {
        do {
            try await change(slices.add(1, ordering: .relaxed).newValue)
        } catch {
            throw .fault(error)
        }
        return try await base.readMessages(request, body)
    }

    private var refusal: Never { preconditionFailure("only pages of messages are read") }

    func messages(_ request: AccountMessagesRequest) async throws(StoreError) -> Page<Message, AccountMessageCursor> {
        refusal
    }

    func requireTotals() async throws(StoreError) { refusal }

    func append(
        _ messages: [MessageDraft],
        to session: SessionReference,
        in account: AccountSID,
        defaults: MessageDefaults,
        once: IdempotentWrite<[Message]>?
    ) async throws(StoreError) -> IdempotentResult<[Message]> { refusal }

    func message(
        _ id: MessageID,
        of session: SessionReference,
        in account: AccountSID
    ) async throws(StoreError) -> Message { refusal }

    func update(
        _ id: MessageID,
        of session: SessionReference,
        in account: AccountSID,
        with changes: MessageChanges,
        at date: Timestamp
    ) async throws(StoreError) -> Message { refusal }

    func delete(_ id: MessageID, of session: SessionReference, in account: AccountSID) async throws(StoreError) {
        refusal
    }

    func importMessages(
        _ messages: [NewMessage],
        to account: AccountSID,
        defaults: MessageDefaults
    ) async throws(StoreError) -> ImportResult { refusal }

    func compare(_ messages: [NewMessage], in account: AccountSID) async throws(StoreError) -> ImportComparison {
        refusal
    }
}
