extension MessageRow {
    /// How many bytes its texts take in JSON at most. Only sums: to find what must be escaped would cost every page.
    package var maximumJSONLength: Int {
        let strings = id.byteCount + sessionID.byteCount + assistantID.byteCount + identity.byteCount + role.byteCount
        return JSONText.maximumStringLength(strings) + content.byteCount + meta.byteCount
    }
}
