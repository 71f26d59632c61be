/// One message as a store reads it: text in UTF-8, borrowed from the database driver for the length of a call.
///
/// A page's messages go from here straight into the response, so that reading one allocates nothing.
package struct MessageRow: ~Escapable {
    package let id: RawSpan
    package let sessionID: RawSpan
    package let assistantID: RawSpan
    package let identity: RawSpan
    package let role: RawSpan
    /// A JSON object, checked when it was written.
    package let content: RawSpan
    /// A JSON object, checked when it was written.
    package let meta: RawSpan
    package let dateCreated: Timestamp
    package let dateUpdated: Timestamp

    @_lifetime(copy id, copy sessionID, copy assistantID, copy identity, copy role, copy content, copy meta)
    package init(
        id: RawSpan,
        sessionID: RawSpan,
        assistantID: RawSpan,
        identity: RawSpan,
        role: RawSpan,
        content: RawSpan,
        meta: RawSpan,
        dateCreated: Timestamp,
        dateUpdated: Timestamp
    ) {
        self.id = id
        self.sessionID = sessionID
        self.assistantID = assistantID
        self.identity = identity
        self.role = role
        self.content = content
        self.meta = meta
        self.dateCreated = dateCreated
        self.dateUpdated = dateUpdated
    }
}

extension MessageRow {
    /// How many bytes its texts take in JSON at most. Only sums: to find what must be escaped would cost every page.
    package var maximumJSONLength: Int {
        let strings = id.byteCount + sessionID.byteCount + assistantID.byteCount + identity.byteCount + role.byteCount
        return JSONText.maximumStringLength(strings) + content.byteCount + meta.byteCount
    }
}

extension RawSpan {
    /// Of UTF-8.
    package var text: String {
        withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }
}
