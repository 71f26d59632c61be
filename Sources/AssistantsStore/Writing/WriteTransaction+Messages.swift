extension WriteTransaction where Self: ~Copyable {
    /// As `MessageStore.append` says.
    package mutating func append(
        _ drafts: [MessageDraft],
        to reference: SessionReference,
        in account: AccountSID,
        defaults: MessageDefaults
    ) throws -> (messages: [Message], session: OpenSession<SessionHandle>) {
        var session = try openSession(reference, in: account)
        return try append(drafts, to: &session, meantBy: reference, in: account, defaults: defaults)
    }

    /// Appends to a session that is open, or makes the one that a reference means.
    mutating func append(
        _ drafts: [MessageDraft],
        to session: inout OpenSession<SessionHandle>?,
        meantBy reference: SessionReference,
        in account: AccountSID,
        defaults: MessageDefaults
    ) throws -> (messages: [Message], session: OpenSession<SessionHandle>) {
        guard let exact = reference.exactID else { throw StoreError.invalidSessionID }
        var messages: [Message] = []
        messages.reserveCapacity(drafts.count)
        for draft in drafts {
            let assistantID =
                if let known = draft.assistantID ?? session?.assistantID {
                    known
                } else {
                    try assistant(named: defaults.assistantName, in: account)
                }
            let message = draft.message(
                in: session?.id ?? exact,
                identity: session?.identity,
                assistantID: assistantID,
                date: defaults.date
            )
            if session == nil {
                session = try createSessions(beginningWith: [message], in: account).first
            }
            messages.append(message)
        }
        guard let open = session else { throw StoreError.notFound(.session) }
        var additions = [Addition(messages, to: open, areNew: true)]
        try store(&additions)
        if let index = additions[0].repeated.first { throw StoreError.fault(RepeatedID(id: messages[index].id)) }
        session = additions[0].session
        return (messages, additions[0].session)
    }

    /// As `MessageStore.importMessages` says.
    package mutating func importMessages(
        _ batch: [NewMessage],
        to account: AccountSID,
        defaults: MessageDefaults
    ) throws -> ImportResult {
        let assistantIDs = try assistants(of: batch, in: account, defaults: defaults)
        func message(_ index: Int, identity: String?) -> Message {
            batch[index].message(identity: identity, assistantID: assistantIDs[index], date: defaults.date)
        }
        let groups = Self.groups(of: batch)
        let found = try openSessions(groups.map(\.session), in: account)
        let missing = groups.filter { found[$0.session] == nil }
        let firsts = missing.compactMap(\.indices.first).map { message($0, identity: nil) }
        let made = try createSessions(beginningWith: firsts, in: account)
        let sessions = found.merging(zip(missing.map(\.session), made)) { first, _ in first }
        var additions = groups.compactMap { group in
            sessions[group.session].map { session in
                Addition(group.indices.map { message($0, identity: session.identity) }, to: session, areNew: false)
            }
        }
        try store(&additions)
        // What a session has already must be the same.
        var repeated: [(handle: SessionHandle, group: MessageGroup)] = []
        for (group, addition) in zip(groups, additions) where !addition.repeated.isEmpty {
            let indices = addition.repeated.map { group.indices[$0] }
            repeated.append((addition.session.handle, MessageGroup(session: group.session, indices: indices)))
        }
        if let index = try compare(repeated, of: batch).conflicts.first {
            throw StoreError.messageConflict(batch[index].id, index: index)
        }
        let count = repeated.reduce(0) { $0 + $1.group.indices.count }
        return ImportResult(stored: batch.count - count, alreadyThere: count)
    }

    /// As `MessageStore.compare` says.
    package mutating func compare(_ batch: [NewMessage], in account: AccountSID) throws -> ImportComparison {
        var groups: [(handle: SessionHandle, group: MessageGroup)] = []
        for group in Self.groups(of: batch) {
            if let handle = try handle(of: group.session, in: account) { groups.append((handle, group)) }
        }
        return try compare(groups, of: batch)
    }

    /// Their own, or the default one, which is made if there is none.
    private mutating func assistants(
        of batch: [NewMessage],
        in account: AccountSID,
        defaults: MessageDefaults
    ) throws -> [AssistantID] {
        var defaultAssistant: AssistantID?
        return try batch.map { message in
            if let known = message.assistantID ?? defaultAssistant { return known }
            let made = try assistant(named: defaults.assistantName, in: account)
            defaultAssistant = made
            return made
        }
    }

    private mutating func compare(
        _ groups: [(handle: SessionHandle, group: MessageGroup)],
        of batch: [NewMessage]
    ) throws -> ImportComparison {
        let selections = groups.map { handle, group in
            MessageSelection(session: handle, sessionID: group.session, ids: group.indices.map { batch[$0].id })
        }
        var comparison = ImportComparison()
        for (group, stored) in zip(groups, try messages(selections)) {
            for index in group.group.indices {
                guard let message = stored[batch[index].id] else { continue }
                if batch[index].agrees(with: message) {
                    comparison.alreadyThere += 1
                } else {
                    comparison.conflicts.append(index)
                }
            }
        }
        comparison.conflicts.sort()
        return comparison
    }

    /// The indices of each session's messages, sessions in the order of their first ones.
    private static func groups(of batch: [NewMessage]) -> [MessageGroup] {
        var groups: [MessageGroup] = []
        var indexOfSession: [SessionID: Int] = [:]
        for (index, message) in batch.enumerated() {
            if let group = indexOfSession[message.sessionID] {
                groups[group].indices.append(index)
            } else {
                indexOfSession[message.sessionID] = groups.count
                groups.append(MessageGroup(session: message.sessionID, indices: [index]))
            }
        }
        return groups
    }

    /// The session that a reference means, as `openSession(_:in:)` gives it.
    package mutating func openSession(
        _ reference: SessionReference,
        in account: AccountSID
    ) throws -> OpenSession<SessionHandle>? {
        for candidate in reference.candidates {
            if let session = try openSession(candidate, in: account) { return session }
        }
        return nil
    }

    /// Adds messages to their sessions, and stores what changes of these.
    private mutating func store(_ additions: inout [Addition<SessionHandle>]) throws {
        for addition in additions
        where addition.session.lastPosition > Self.maximumPosition - Int64(addition.messages.count) {
            throw StoreError.sessionFull(addition.session.id)
        }
        try insert(&additions)
        try update(additions.map(\.session).filter(\.hasChanged))
    }

    /// The account's oldest assistant of this name, made if there is none.
    /// - Throws: `notFound(.account)`.
    private mutating func assistant(named name: String, in account: AccountSID) throws -> AssistantID {
        if let found = try first(Assistant.self, in: account, where: "name", is: name) { return found.id }
        // One at a time: two that look at once would make two.
        try lock(account)
        if let found = try first(Assistant.self, in: account, where: "name", is: name) { return found.id }
        let assistant = Assistant(AssistantDetails(name: name), in: account)
        try insert(assistant)
        return assistant.id
    }
}

/// The messages of one session among a batch, by their indices.
private struct MessageGroup {
    let session: SessionID
    var indices: [Int]
}

/// An id that was just made is there already.
private struct RepeatedID: Error, CustomStringConvertible {
    let id: MessageID

    var description: String { "The new message id \(id) is there already" }
}
