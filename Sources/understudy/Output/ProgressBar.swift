import Foundation

/// A bar on a terminal's standard error; nothing where it is none.
struct ProgressBar {
    private static let width = 40
    let isShown = isatty(STDERR_FILENO) == 1

    /// - Parameter fraction: of what is done of it, from 0 to 1.
    func show(_ phase: String, _ fraction: Double) {
        guard isShown else { return }
        // What is counted at the beginning may grow meanwhile.
        let fraction = min(max(fraction, 0), 1)
        let filled = Int(fraction * Double(Self.width))
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: Self.width - filled)
        write("\r\(phase) [\(bar)] \(Int(fraction * 100)) % ")
    }

    /// Leaves the terminal's line empty for what comes next.
    func clear() {
        if isShown { write("\r\u{1B}[K") }
    }

    private func write(_ text: String) {
        FileHandle.standardError.write(Data(text.utf8))
    }
}
