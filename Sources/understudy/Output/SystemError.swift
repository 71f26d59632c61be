import Foundation

/// The system's words for what went wrong.
enum SystemError {
    /// - Parameter number: by default, of the call that has just failed.
    static func reason(_ number: CInt = errno) -> String { String(cString: strerror(number)) }
}
