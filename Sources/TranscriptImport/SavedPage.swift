import AssistantsAPI
import AssistantsStore
import Foundation

/// A page of the list of messages, as a client has saved it: `{"messages": […], "meta": …}`.
struct SavedPage {
    /// Each a JSON object, or something else, which is an error.
    let messages: [JSONValue]
    /// The number that `meta` says, from 0.
    let number: Int?

    /// - Parameter json: of the whole page. White space between its tokens is dropped where it has been laid out in lines.
    /// - Throws: `InvalidObject` where it is no page.
    init(json: [UInt8]) throws(InvalidObject) {
        let members: [JSONMember]
        do {
            // What numbers there may be is checked with each message.
            var scanner = JSONScanner(json.contains(0x0A) ? Self.compact(json) : json, numbers: .any)
            members = try scanner.members()
        } catch {
            throw InvalidObject("is not a saved page: \(error)")
        }
        guard case .array(let messages)? = members.first(where: { $0.key == "messages" })?.value else {
            throw InvalidObject("is not a saved page: it has no array \"messages\"")
        }
        self.messages = messages
        if case .object(let meta)? = members.first(where: { $0.key == "meta" })?.value {
            number = try? JSONDecoder().decode(Meta.self, from: Data(meta.text.utf8)).page
        } else {
            number = nil
        }
    }

    /// What pages are put in order by.
    struct Order {
        /// The session of the page's first message that says it.
        var session: String?
        /// Whether some message was created after the one before it, and whether some was before that.
        var (ascends, descends) = (false, false)
    }

    var order: Order {
        var order = Order()
        var last: Timestamp?
        for case .object(let message) in messages {
            var scanner = JSONScanner(Array(message.text.utf8), numbers: .any)
            for member in (try? scanner.members()) ?? [] {
                guard case .string(let text) = member.value else { continue }
                if member.key == "session_id", order.session == nil { order.session = text }
                guard member.key == "date_created", let date = Timestamp(iso8601: text) else { continue }
                if let last, date > last { order.ascends = true }
                if let last, date < last { order.descends = true }
                last = date
            }
        }
        return order
    }

    private struct Meta: Decodable {
        let page: Int?
    }

    /// The same JSON without white space between its tokens.
    private static func compact(_ json: [UInt8]) -> [UInt8] {
        var compact: [UInt8] = []
        compact.reserveCapacity(json.count)
        var isInString = false
        var isEscaped = false
        for byte in json {
            if isInString {
                isInString = isEscaped || byte != UInt8(ascii: "\"")
                isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
            } else if [0x20, 0x09, 0x0A, 0x0D].contains(byte) {
                continue
            } else {
                isInString = byte == UInt8(ascii: "\"")
            }
            compact.append(byte)
        }
        return compact
    }
}
