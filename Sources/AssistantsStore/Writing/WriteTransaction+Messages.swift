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
        guard let exact = reference.candidates.first else { throw StoreError.invalidSessionID }
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
            guard try store(message, in: &session, of: account) else {
                throw StoreError.fault(RepeatedID(id: message.id))
            }
            messages.append(message)
        }
        guard let session else { throw StoreError.notFound(.session) }
        try update(session)
        return (messages, session)
    }

    /// As `MessageStore.importMessages` says.
    package mutating func importMessages(
        _ batch: [NewMessage],
        to account: AccountSID,
        defaults: MessageDefaults
    ) throws -> ImportResult {
        var result = ImportResult()
        var sessions: [SessionID: OpenSession<SessionHandle>] = [:]
        var defaultAssistant: AssistantID?
        for (index, new) in batch.enumerated() {
            var session = try sessions[new.sessionID] ?? openSession(new.sessionID, in: account)
            let assistantID: AssistantID
            if let known = new.assistantID ?? defaultAssistant {
                assistantID = known
            } else {
                assistantID = try assistant(named: defaults.assistantName, in: account)
                defaultAssistant = assistantID
            }
            let message = new.message(identity: session?.identity, assistantID: assistantID, date: defaults.date)
            if try store(message, in: &session, of: account) {
                result.stored += 1
            } else if let session, try isSame(new, in: session.handle) == true {
                result.alreadyThere += 1
            } else {
                throw StoreError.messageConflict(new.id, index: index)
            }
            sessions[new.sessionID] = session
        }
        for session in sessions.values where session.hasChanged { try update(session) }
        return result
    }

    /// As `MessageStore.firstConflict` says.
    package mutating func firstConflict(among batch: [NewMessage], in account: AccountSID) throws -> Int? {
        var handles: [SessionID: SessionHandle?] = [:]
        for (index, message) in batch.enumerated() {
            let handle = try handles[message.sessionID] ?? handle(of: message.sessionID, in: account)
            handles[message.sessionID] = .some(handle)
            if let handle, try isSame(message, in: handle) == false { return index }
        }
        return nil
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

    /// Gives the message the next position of its session, which is made of it where there is none.
    /// - Returns: `false` where the session has a message of this id already.
    private mutating func store(
        _ message: Message,
        in session: inout OpenSession<SessionHandle>?,
        of account: AccountSID
    ) throws -> Bool {
        var open = try session ?? createSession(beginningWith: message, in: account)
        guard open.lastPosition < Self.maximumPosition else { throw StoreError.sessionFull(message.sessionID) }
        let isNew = try insert(message, at: open.lastPosition + 1, of: open.handle)
        if isNew { open.add(message) }
        session = open
        return isNew
    }

    /// Whether what was given of a message is what its session has under its id; `nil` where it has nothing.
    private mutating func isSame(_ new: NewMessage, in session: SessionHandle) throws -> Bool? {
        try message(new.id, of: session, sessionID: new.sessionID).map(new.agrees)
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

/// An id that was just made is there already.
private struct RepeatedID: Error, CustomStringConvertible {
    let id: MessageID

    var description: String { "The new message id \(id) is there already" }
}
