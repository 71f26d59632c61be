import NIOHTTP1

/// A row of the table of routes. A class, so that a request holds it by one reference.
final class Route: Sendable {
    let template: PathTemplate
    /// Few: no dictionary.
    let operations: KeyValuePairs<HTTPMethod, Operation>
    /// Whether a response takes as long as somebody else needs, so that a long time says nothing.
    let waitsForOthers: Bool

    /// - Parameter template: the path, with a name in braces for each parameter. The operations say what the parameters are.
    init(
        _ template: String,
        _ operations: KeyValuePairs<HTTPMethod, Operation>,
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

    /// HEAD is answered like GET; the transport leaves the body out.
    /// - Throws: `APIError` of status 405.
    func operation(for method: HTTPMethod) throws(APIError) -> Operation {
        let wanted = method == .HEAD ? .GET : method
        if let operation = operations.first(where: { $0.key == wanted })?.value { return operation }
        var allowed = operations.map(\.key)
        if allowed.contains(.GET) { allowed.append(.HEAD) }
        throw .methodNotAllowed(method, allowed: allowed.sorted { $0.rawValue < $1.rawValue })
    }
}
