/// What a request does to a tool's policies.
package enum PolicyChange: Sendable {
    case create(PolicyDetails)
    case change(PolicyID, @Sendable (inout PolicyDetails) -> Void)
}

/// Stores a new tool, its attachment, and its policy.
///
/// Throws `notFound(.account)`, `Assistant.notFound`, `tooMany`, and `Policy.notFound` where the policy has an id: a new tool has none.
package struct ToolCreation: StoreWrite {
    let tool: Tool
    let assistant: AssistantID?
    let policy: PolicyChange?
    let once: IdempotentWrite<Tool>?

    package init(
        _ tool: Tool,
        attachedTo assistant: AssistantID?,
        policy: PolicyChange?,
        once: IdempotentWrite<Tool>?
    ) {
        self.tool = tool
        self.assistant = assistant
        self.policy = policy
        self.once = once
    }

    package func run<Transaction: WriteTransaction & ~Copyable>(
        _ transaction: inout Transaction
    ) throws -> IdempotentResult<Tool> {
        try transaction.write(once, in: tool.account) { transaction in
            if let assistant { try transaction.lock(assistant, in: tool.account) }
            try transaction.insert(tool)
            if let assistant { try transaction.attach(tool, to: assistant, at: tool.dateCreated) }
            if let policy { try transaction.apply(policy, to: tool, at: tool.dateCreated) }
            return tool
        }
    }
}

/// Changes a tool, and gives it as it is then stored.
///
/// Throws `Tool.notFound`, `Assistant.notFound`, `Policy.notFound`, and `tooMany`.
package struct ToolUpdate: StoreWrite {
    let id: ToolID
    let account: AccountSID
    let date: Timestamp
    let assistant: AssistantID?
    let policy: PolicyChange?
    let change: @Sendable (inout ToolDetails) -> Void

    /// - Parameters:
    ///   - assistant: to which it is attached, too.
    ///   - change: gets what is stored.
    package init(
        of id: ToolID,
        in account: AccountSID,
        at date: Timestamp,
        attachingTo assistant: AssistantID?,
        policy: PolicyChange?,
        _ change: @escaping @Sendable (inout ToolDetails) -> Void
    ) {
        self.id = id
        self.account = account
        self.date = date
        self.assistant = assistant
        self.policy = policy
        self.change = change
    }

    package func run<Transaction: WriteTransaction & ~Copyable>(_ transaction: inout Transaction) throws -> Tool {
        if let assistant { try transaction.lock(assistant, in: account) }
        let tool = try transaction.fetch(Tool.self, id, in: account, isLocked: true).changed(at: date, change)
        try transaction.update(tool)
        if let assistant { try transaction.attach(tool, to: assistant, at: date) }
        if let policy { try transaction.apply(policy, to: tool, at: date) }
        return tool
    }
}

/// Attaches a tool to an assistant, or detaches it. Where that is so already, nothing changes.
///
/// Throws `Assistant.notFound`, `Tool.notFound`, and `tooMany`.
package struct ToolAttachmentChange: StoreWrite {
    let tool: ToolID
    let assistant: AssistantID
    let account: AccountSID
    let isAttached: Bool
    let date: Timestamp

    package init(
        of tool: ToolID,
        to assistant: AssistantID,
        in account: AccountSID,
        isAttached: Bool,
        at date: Timestamp
    ) {
        self.tool = tool
        self.assistant = assistant
        self.account = account
        self.isAttached = isAttached
        self.date = date
    }

    package func run<Transaction: WriteTransaction & ~Copyable>(_ transaction: inout Transaction) throws {
        try transaction.lock(assistant, in: account)
        let tool = try transaction.fetch(Tool.self, tool, in: account, isLocked: true)
        guard !isAttached else { return try transaction.attach(tool, to: assistant, at: date) }
        do {
            try transaction.delete(ToolAttachment.self, ToolAttachmentID(tool.id, assistant), in: account)
        } catch StoreError.notFound {
            // It is not attached.
        }
    }
}

extension WriteTransaction where Self: ~Copyable {
    /// Before its tools are locked, so that no two of these transactions wait for each other.
    fileprivate mutating func lock(_ assistant: AssistantID, in account: AccountSID) throws {
        _ = try fetch(Assistant.self, assistant, in: account, isLocked: true)
    }

    /// - Parameter assistant: one that is locked.
    fileprivate mutating func attach(_ tool: Tool, to assistant: AssistantID, at date: Timestamp) throws {
        let attachment = ToolAttachment(of: tool.id, to: assistant, in: tool.account, at: date)
        guard try !contains(attachment) else { return }
        guard try count(ToolAttachment.self, of: .assistant(assistant), in: tool.account) < ToolAttachment.maximumCount
        else {
            throw StoreError.tooMany(.toolAttachment)
        }
        try insert(attachment)
    }

    private mutating func contains(_ attachment: ToolAttachment) throws -> Bool {
        do {
            _ = try fetch(ToolAttachment.self, attachment.id, in: attachment.account, isLocked: false)
            return true
        } catch StoreError.notFound {
            return false
        }
    }

    fileprivate mutating func apply(_ change: PolicyChange, to tool: Tool, at date: Timestamp) throws {
        switch change {
        case .create(let details):
            guard try count(Policy.self, of: .tool(tool.id), in: tool.account) < Policy.maximumCount else {
                throw StoreError.tooMany(.policy)
            }
            try insert(Policy(details, of: tool.id, in: tool.account, at: date))
        case .change(let id, let change):
            let policy = try fetch(Policy.self, id, in: tool.account, isLocked: true)
            guard policy.tool == tool.id else { throw Policy.notFound }
            try update(policy.changed(at: date, change))
        }
    }
}
