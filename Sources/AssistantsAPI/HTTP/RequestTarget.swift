/// A request's target (RFC 9112, section 3.2) as it came: nothing is decoded or collapsed.
struct RequestTarget {
    let path: Substring
    /// What follows the first question mark.
    let query: Substring?

    init(_ target: String) {
        let end = target.utf8.firstIndex(of: UInt8(ascii: "#")) ?? target.endIndex
        let withoutFragment = target[..<end]
        guard let mark = withoutFragment.utf8.firstIndex(of: UInt8(ascii: "?")) else {
            path = withoutFragment
            query = nil
            return
        }
        path = withoutFragment[..<mark]
        query = withoutFragment[withoutFragment.utf8.index(after: mark)...]
    }
}
