/// What a session's messages are at one moment: where two are equal, so are all its pages.
package struct SessionVersion: Hashable, Sendable {
    package let session: SessionNumber
    /// Drawn at random by each transaction that appends, changes or deletes messages of the session, so that none comes a
    /// second time, also where a database goes back to an earlier state: a failover that loses commits, a backup restored.
    package let stamp: Int64

    package init(session: SessionNumber, stamp: Int64) {
        self.session = session
        self.stamp = stamp
    }
}
