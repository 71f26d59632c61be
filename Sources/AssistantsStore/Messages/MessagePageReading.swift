/// What came of reading a page of messages.
package enum MessagePageReading: Sendable {
    /// Nothing was read, for the session is at the version that is known.
    case unchanged
    /// The page was read, as it is at this version.
    case read(PageNeighbors<MessageCursor>, at: SessionVersion)
}
