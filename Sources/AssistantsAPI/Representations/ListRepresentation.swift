import AssistantsStore
import HTTPTransport
import NIOCore

/// A list, or a page of one, as JSON: `{"messages":[…],"meta":{…}}`.
struct ListRepresentation {
    /// In bytes: what a page has at most if it has more than one item, before it is compressed.
    static let maximumLength = 8 << 20
    /// In bytes: what the rest of a page has at most. `meta` has four URLs, each with the path and query of the request (16 KiB
    /// at most), every byte of which may become three.
    private static let maximumMetaLength = 256 << 10

    /// For the items of a page.
    /// - Parameter overhead: how many bytes each takes beside its texts, with the comma.
    static func budget(overhead: Int) -> PageBudget {
        PageBudget(bytes: maximumLength - maximumMetaLength, overhead: overhead)
    }

    private let key: StaticString
    private let capacity: Int
    /// Allocated with the first item: the page may turn out to be cached.
    private var json = ByteBuffer()
    /// Of items.
    private(set) var count = 0

    /// - Parameters:
    ///   - key: what the array is called.
    ///   - capacity: in bytes; more is taken when it is needed.
    init(key: StaticString, capacity: Int) {
        self.key = key
        self.capacity = capacity
    }

    /// In bytes, so far.
    var length: Int { json.readableBytes }

    mutating func append(_ write: (inout ByteBuffer) -> Void) {
        if count > 0 { json.writeStaticString(",") } else { begin() }
        count += 1
        write(&json)
    }

    mutating func removeAll() {
        json.clear()
        count = 0
    }

    /// A complete list without links: `{"messages":[…]}`.
    mutating func finish() -> ByteBuffer {
        if count == 0 { begin() }
        json.writeStaticString("]}")
        return json
    }

    /// Every key of `meta` but `total` is always there, `null` spelled out: SDKs fail on an absent one.
    /// - Parameter total: how many items the list has, for clients that want to know.
    mutating func finish(links: PageLinks, total: Int64? = nil) -> ByteBuffer {
        if count == 0 { begin() }
        json.writeStaticString("],\"meta\":{\"first_page_url\":")
        json.writeJSONString(links.first)
        json.writeStaticString(",\"key\":\"")
        json.writeStaticString(key)
        json.writeStaticString("\",\"next_page_url\":")
        Self.write(links.next, to: &json)
        json.writeStaticString(",\"page\":")
        json.writeString(String(links.page))
        json.writeStaticString(",\"page_size\":")
        json.writeString(String(links.pageSize))
        json.writeStaticString(",\"previous_page_url\":")
        Self.write(links.previous, to: &json)
        if let total {
            json.writeStaticString(",\"total\":")
            json.writeString(String(total))
        }
        json.writeStaticString(",\"url\":")
        json.writeJSONString(links.current)
        json.writeStaticString("}}")
        json.removeLineBreaks()
        return json
    }

    private mutating func begin() {
        json.reserveCapacity(capacity)
        json.writeStaticString("{\"")
        json.writeStaticString(key)
        json.writeStaticString("\":[")
    }

    private static func write(_ url: String?, to json: inout ByteBuffer) {
        if let url {
            json.writeJSONString(url)
        } else {
            json.writeStaticString("null")
        }
    }
}
