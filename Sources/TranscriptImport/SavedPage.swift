import AssistantsAPI
import AssistantsStore
import Foundation

/// A page of the list of messages, as a client has saved it: `{"messages": […], "meta": …}`.
struct SavedPage {
    /// The JSON of each, which is checked later.
    let messages: [ArraySlice<UInt8>]
    /// The number that `meta` says, from 0.
    let number: Int?
    /// How many messages a page of the same list has, as `meta` says.
    let pageSize: Int?

    /// - Parameter json: of the whole page.
    /// - Throws: `InvalidObject` where it is no page.
    init(json: [UInt8]) throws(InvalidObject) {
        guard json.first == UInt8(ascii: "{"), let members = JSONParts.split(json[...])?.compactMap(JSONParts.member)
        else { throw InvalidObject("is not a saved page: it is not one complete JSON object") }
        let lists = members.filter { $0.key.elementsEqual("messages".utf8) }
        guard lists.count == 1, lists[0].value.first == UInt8(ascii: "["),
            let messages = JSONParts.split(lists[0].value)
        else { throw InvalidObject("is not a saved page: it has no array \"messages\"") }
        self.messages = messages
        let meta = members.first { $0.key.elementsEqual("meta".utf8) }
            .flatMap { try? JSONDecoder().decode(Meta.self, from: Data($0.value)) }
        (number, pageSize) = (meta?.page, meta?.pageSize)
    }

    private struct Meta: Decodable {
        let page: Int?
        let pageSize: Int?

        enum CodingKeys: String, CodingKey {
            case page
            case pageSize = "page_size"
        }
    }
}
