import HTTPTypes

/// A row of the table of routes. A class, so that a request holds it by one reference.
final class Route: Sendable {
    let template: PathTemplate
    /// Few: no dictionary.
    let operations: KeyValuePairs<HTTPRequest.Method, Operation>
    /// Whether a response takes as long as somebody else needs, so that a long time says nothing.
    let waitsForOthers: Bool

    /// - Parameter template: the path, with a name in braces for each parameter. The operations say what the parameters are.
    init(
        _ template: String,
        _ operations: KeyValuePairs<HTTPRequest.Method, Operation>,
        waitsForOthers: Bool = false
    ) {
        let types = operations.first?.value.parameters ?? []
        precondition(
            operations.allSatisfy { operation in
                operation.value.parameters.elementsEqual(types) { $0 == $1 }
            },
            "the operations of \(template) take different parameters"
        )
        self.template = PathTemplate(template, types)
        self.operations = operations
        self.waitsForOthers = waitsForOthers
    }

    /// HEAD is answered like GET; the responder leaves the body out.
    /// - Throws: `APIError` of status 405.
    func operation(for method: HTTPRequest.Method) throws(APIError) -> Operation {
        let wanted = method == .head ? .get : method
        if let operation = operations.first(where: { $0.key == wanted })?.value { return operation }
        var allowed = operations.map(\.key)
        if allowed.contains(.get) { allowed.append(.head) }
        throw .methodNotAllowed(method, allowed: allowed.sorted { $0.rawValue < $1.rawValue })
    }
}
