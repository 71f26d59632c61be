import HTTPTransport

/// How an answer's content is coded for its way (RFC 9110, section 8.4.1).
enum ContentCoding: String {
    case identity
    case gzip

    /// What a client that sends this `Accept-Encoding` gets: gzip where it takes that, and does not like plain content better.
    init(acceptedBy header: String) {
        var gzip: Double?
        var identity: Double?
        var others: Double?
        for element in HeaderList(header) {
            let (name, parameter) = element.split(at: UInt8(ascii: ";"))
            switch name.lowercased() {
            case "gzip", "x-gzip": gzip = Self.weight(parameter)
            case "identity": identity = Self.weight(parameter)
            case "*": others = Self.weight(parameter)
            default: break
            }
        }
        let weight = gzip ?? others ?? 0
        self = weight > 0 && weight >= identity ?? 0 ? .gzip : .identity
    }

    /// Of a coding with this parameter (section 12.4.2); 0, which is never, where it cannot be read.
    private static func weight(_ parameter: Substring?) -> Double {
        guard let parameter else { return 1 }
        let (name, value) = parameter.split(at: UInt8(ascii: "="))
        guard name.lowercased() == "q", let weight = value.flatMap({ Double($0) }), (0...1).contains(weight) else {
            return 0
        }
        return weight
    }
}

extension Substring {
    /// What is before and behind the first such byte, without the blanks around it.
    fileprivate func split(at separator: UInt8) -> (Substring, Substring?) {
        guard let index = utf8.firstIndex(of: separator) else { return (self, nil) }
        return (self[..<index].trimmingBlanks, self[utf8.index(after: index)...].trimmingBlanks)
    }
}
