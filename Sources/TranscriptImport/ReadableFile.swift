import Foundation

/// A file that is read in pieces. It is closed when nobody uses it.
package final class ReadableFile: Sendable {
    /// What errors call it.
    private let name: String
    private let descriptor: Int32
    private let isOwned: Bool

    /// - Parameter isOwned: whether the descriptor is closed with this object.
    package init(descriptor: Int32, name: String, isOwned: Bool) {
        self.descriptor = descriptor
        self.name = name
        self.isOwned = isOwned
    }

    deinit {
        if isOwned { close(descriptor) }
    }

    /// Reads what comes next; nothing at the end of the file.
    /// - Throws: `ImportError.unreadable`.
    func read(upToCount count: Int) throws(ImportError) -> [UInt8] {
        var failure: CInt?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, length in
            var result: Int
            repeat {
                result = Foundation.read(descriptor, buffer.baseAddress, count)
            } while result < 0 && errno == EINTR
            if result < 0 { failure = errno }
            length = max(result, 0)
        }
        if let failure { throw unreadable(String(cString: strerror(failure))) }
        return bytes
    }

    /// Waits until there is something to read, or the end of the file.
    /// - Throws: `ImportError.interrupted`.
    func waitForBytes(_ isInterrupted: () -> Bool) throws(ImportError) {
        var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        var result: CInt
        repeat {
            guard !isInterrupted() else { throw ImportError.interrupted(stored: 0, end: nil) }
            // In milliseconds: a signal may interrupt another thread than this one.
            result = poll(&request, 1, 100)
        } while result == 0 || (result < 0 && errno == EINTR)
    }

    /// Continues with the byte at an offset.
    /// - Throws: `ImportError.unreadable`.
    package func seek(to offset: UInt64) throws(ImportError) {
        guard lseek(descriptor, off_t(offset), SEEK_SET) >= 0 else {
            throw unreadable(String(cString: strerror(errno)))
        }
    }

    /// - Throws: `ImportError.unreadable`.
    func status() throws(ImportError) -> stat {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw unreadable(String(cString: strerror(errno))) }
        return status
    }

    func unreadable(_ reason: String) -> ImportError {
        .unreadable(path: name, reason: reason)
    }
}
