import AssistantsAPI
import AssistantsStore
import Foundation

/// A page of the list of messages, as a client has saved it: `{"messages": […], "meta": …}`.
struct SavedPage {
    /// The JSON of each, which is checked later.
    let messages: [ArraySlice<UInt8>]
    /// Page number in `meta`, from 0.
    let number: Int?
    /// Page size in `meta`.
    let pageSize: Int?

    /// - Parameter json: of the whole page.
    /// - Throws: `InvalidObject` where it is no page.
    init(json: [UInt8]) throws(InvalidObject) {
        guard json.first == UInt8(ascii: "{"), let parts = JSONParts.split(json[...]) else {
            throw InvalidObject("is not a saved page: it is not one complete JSON object")
        }
        let members = parts.compactMap(JSONParts.member)
        guard members.count == parts.count else {
            throw InvalidObject("is not a saved page: something in it is neither a key nor its value")
        }
        for key in ["messages", "meta"] where members.count(where: { $0.key == key }) > 1 {
            throw InvalidObject("is not a saved page: it has \"\(key)\" twice")
        }
        guard let list = members.first(where: { $0.key == "messages" }), list.value.first == UInt8(ascii: "["),
            let messages = JSONParts.split(list.value)
        else { throw InvalidObject("is not a saved page: it has no array \"messages\"") }
        self.messages = messages
        do {
            let meta = try members.first { $0.key == "meta" }
                .flatMap { try JSONDecoder().decode(Meta?.self, from: Data($0.value)) }
            (number, pageSize) = (meta?.page.map(Int.init), meta?.pageSize.map(Int.init))
        } catch {
            throw InvalidObject(
                "is not a saved page: its \"meta\" is not an object whose \"page\" and \"page_size\" are whole numbers from 0"
            )
        }
    }

    private struct Meta: Decodable {
        let page: UInt32?
        let pageSize: UInt32?

        enum CodingKeys: String, CodingKey {
            case page
            case pageSize = "page_size"
        }
    }
}
