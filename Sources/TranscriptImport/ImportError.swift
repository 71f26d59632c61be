/// Why an import ended. Nothing of the input was stored, unless it says so.
package enum ImportError: Error, CustomStringConvertible {
    /// A line is not what it must be; `number` counts from 1.
    case badLine(number: Int, reason: String)
    /// The input changed between its check and its storing: what came before this line is stored.
    case inputChanged(line: Int, reason: String)
    case unreadable(path: String, reason: String)

    package var description: String {
        switch self {
        case .badLine(let number, let reason):
            "line \(number) \(reason). Nothing of the input was stored."
        case .inputChanged(let line, let reason):
            """
            line \(line) \(reason), which it did not when the input was checked. What comes before it is stored; \
            the same command goes on from there once the input is right.
            """
        case .unreadable(let path, let reason):
            "\(path) cannot be read: \(reason)"
        }
    }
}
