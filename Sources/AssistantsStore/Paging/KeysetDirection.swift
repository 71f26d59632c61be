/// Which way a keyset list is read from a place.
package enum KeysetDirection: Sendable {
    case after
    case before

    var opposite: KeysetDirection {
        switch self {
        case .after: .before
        case .before: .after
        }
    }
}
