import Foundation
import TranscriptImport

/// A bar on a terminal's standard error; nothing where it is none.
struct ProgressBar {
    private static let width = 40
    private let isTerminal = isatty(STDERR_FILENO) == 1

    func show(_ progress: ImportProgress) {
        guard isTerminal else { return }
        let filled = Int(progress.fraction * Double(Self.width))
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: Self.width - filled)
        write("\r\(progress.phase.rawValue) [\(bar)] \(Int(progress.fraction * 100)) % ")
    }

    /// Leaves the terminal's line empty for what comes next.
    func clear() {
        if isTerminal { write("\r\u{1B}[K") }
    }

    private func write(_ text: String) {
        FileHandle.standardError.write(Data(text.utf8))
    }
}
