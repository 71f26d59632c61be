import Foundation
import IPAddresses
import Secrets

/// What a model's server says of an error, fit to be passed on.
struct ServerWords {
    /// In bytes.
    private static let maximumLength = 500

    /// What the server knows its users by, if it does.
    let key: Secret?
    /// Of the server: a name or an address.
    let host: String

    /// Without the key, should the server repeat that, and not at any length.
    func forLog(_ text: String) -> String {
        String(withoutKey(text)[...].truncated(escapedLength: Self.maximumLength))
    }

    /// Without anything that looks like a key or says where a server is.
    func forCallers(_ text: String) -> String {
        // Cut twice, so that neither the work nor the result is unbounded.
        var text = String(withoutKey(text)[...].truncated(escapedLength: 4 * Self.maximumLength))
        text.replace(#/(?i)[a-z][a-z0-9+.-]*:\/\/\S+/#, with: "(URL)")
        text.replace(#/(?i)\bbearer\s+\S+|\bsk-\S+|\S*\*{3,}\S*/#, with: "(secret)")
        for name in [host, "localhost"] {
            text = text.replacingOccurrences(of: name, with: "(address)", options: .caseInsensitive)
        }
        text.replace(#/[0-9A-Fa-f:.]{3,}/#) { Self.isAddress($0.output) ? "(address)" : String($0.output) }
        return text[...].truncated(escapedLength: Self.maximumLength).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private func withoutKey(_ text: String) -> String {
        key.map { text.replacingOccurrences(of: $0.text, with: "(secret)") } ?? text
    }

    /// Whether a text is an address, with or without a port, perhaps before a colon or at the end of a sentence.
    private static func isAddress(_ text: Substring) -> Bool {
        let parts = text.trimmingCharacters(in: ["."]).split(separator: ":", omittingEmptySubsequences: false)
        return (0...min(2, parts.count)).contains { IPAddress(parts.dropLast($0).joined(separator: ":")) != nil }
    }
}
