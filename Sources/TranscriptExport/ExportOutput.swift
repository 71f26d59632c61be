import AssistantsAPI
package import AssistantsStore
import Crypto
import Foundation
import NIOCore
import TextEncodings
import TranscriptImport

/// Where an export's lines go: a file, which holds complete sessions only and can be continued, or a stream.
package struct ExportOutput {
    /// What has been appended.
    private struct State {
        var size: UInt64 = 0
        var hash = SHA256()
        var messages = 0
        var sessions = 0
    }

    /// How many bytes are written in one go.
    private static let pieceSize = 1 << 20

    private let descriptor: Int32
    private let name: String
    private let isFile: Bool
    private var state = State()
    /// The state before the session that is being appended.
    private var sessionStart = State()
    private var unwritten = ByteBuffer()
    /// The last session that a file had completely when it was opened; an export continues behind it.
    package private(set) var lastSession: SessionID?

    package var messages: Int { state.messages }
    package var sessions: Int { state.sessions }
    /// In bytes.
    package var size: UInt64 { state.size }
    /// Of all bytes, in hexadecimal.
    package var sha256: String { Hexadecimal.encode(state.hash.finalize()) }

    /// - Parameter name: what errors call the stream.
    package init(stream descriptor: Int32, name: String) {
        self.descriptor = descriptor
        self.name = name
        isFile = false
    }

    /// Continues a file, which may be empty, behind the sessions that it has completely.
    /// - Parameters:
    ///   - descriptor: for reading and writing.
    ///   - path: of the file, for errors.
    /// - Throws: `ImportError.unreadable`, `ExportError.unwritable`.
    package init(file descriptor: Int32, path: String) throws {
        self.descriptor = descriptor
        name = path
        isFile = true
        try readSessions()
        try cut()
    }

    // MARK: Appending

    mutating func beginSession() {
        sessionStart = state
    }

    /// - Parameter lines: of one session.
    /// - Throws: `ExportError.unwritable`.
    mutating func append(_ lines: ByteBuffer, messages: Int) throws {
        lines.withUnsafeReadableBytes { state.hash.update(bufferPointer: $0) }
        state.size += UInt64(lines.readableBytes)
        state.messages += messages
        unwritten.writeImmutableBuffer(lines)
        if unwritten.readableBytes >= Self.pieceSize { try flush() }
    }

    mutating func endSession() {
        if state.size > sessionStart.size { state.sessions += 1 }
    }

    /// Takes back what has been appended of a session.
    /// - Throws: `ExportError.sessionDeleted` where it has gone to a stream, `ExportError.unwritable`.
    mutating func undoSession(_ id: SessionID) throws {
        guard state.size > sessionStart.size else { return }
        guard isFile else { throw ExportError.sessionDeleted(id) }
        try flush()
        state = sessionStart
        try cut()
    }

    /// Writes what has been appended.
    /// - Throws: `ExportError.unwritable`.
    package mutating func flush() throws {
        defer { unwritten.clear() }
        try unwritten.withUnsafeReadableBytes { bytes in
            var rest = bytes
            while !rest.isEmpty {
                let count = write(descriptor, rest.baseAddress, rest.count)
                if count >= 0 {
                    rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
                } else if errno == EAGAIN {
                    // Another process that has the same pipe may have made it non-blocking.
                    var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&ready, 1, -1)
                } else if errno != EINTR {
                    throw failure()
                }
            }
        }
    }

    /// Shortens the file to what `state` says, and writes from there.
    private func cut() throws {
        let end = off_t(state.size)
        guard ftruncate(descriptor, end) == 0, lseek(descriptor, end, SEEK_SET) == end else { throw failure() }
    }

    private func failure() -> ExportError {
        .unwritable(path: name, reason: String(cString: strerror(errno)))
    }
}

// MARK: Continuing

extension ExportOutput {
    /// Reads what the file has, up to the beginning of its last session, which may lack some of its lines; or of the first one that has
    /// something else than a line, as a power cut can leave it.
    private mutating func readSessions() throws(ImportError) {
        let file = ReadableFile(descriptor: descriptor, name: name, isOwned: false)
        try file.seek(to: 0)
        var lines = LineReader(file)
        var session: (start: ArraySlice<UInt8>, id: SessionID)?
        var read = State()
        while case .bytes(let line)? = try lines.next(), let start = Self.sessionStart(of: line) {
            if session?.start != start {
                guard let id = Self.sessionID(start) else { return }
                // The one before it is complete.
                lastSession = session?.id
                session = (start, id)
                state = read
                read.sessions += 1
            }
            read.hash.update(data: line)
            read.hash.update(data: [UInt8(ascii: "\n")])
            read.size = lines.offset
            read.messages += 1
        }
    }

    /// What the lines of one session begin with; `nil` where `line` is not a line of an export.
    private static func sessionStart(of line: [UInt8]) -> ArraySlice<UInt8>? {
        let start = Array("\(TranscriptLine.start)\"".utf8)
        guard line.starts(with: start), !line.contains(0) else { return nil }
        var index = start.count
        while index < line.count, line[index] != UInt8(ascii: "\"") {
            index += line[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        return index < line.count ? line[...index] : nil
    }

    /// - Parameter start: what the session's lines begin with.
    /// - Returns: `nil` where no session can have such an id.
    private static func sessionID(_ start: ArraySlice<UInt8>) -> SessionID? {
        var scanner = JSONScanner(Array(start) + [UInt8(ascii: "}")])
        guard case .string(let text)? = try? scanner.members().first?.value else { return nil }
        return SessionID(text)
    }
}
