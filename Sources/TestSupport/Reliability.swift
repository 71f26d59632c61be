import Foundation

/// What the tests of the promises share: whether they run in their long form, and the figures that they reach.
package enum Reliability {
    package static var isSoak: Bool { ProcessInfo.processInfo.environment["DEV_SOAK"] == "1" }

    /// Keeps a figure for docs/reliability.md, where `make soak` wants it.
    package static func record(_ promise: String, _ figure: String, test: String) throws {
        guard let path = ProcessInfo.processInfo.environment["DEV_FIGURES"] else { return }
        let line = try JSONEncoder().encode(["promise": promise, "figure": figure, "test": test])
        guard let file = fopen(path, "a") else { throw CocoaError(.fileWriteUnknown) }
        fputs(String(decoding: line, as: UTF8.self) + "\n", file)
        fclose(file)
    }
}
