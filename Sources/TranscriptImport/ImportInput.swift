import AssistantsAPI
import Foundation

/// What is imported: files of lines, read one after another as if they were one, and saved pages.
///
/// The pages come behind the lines. Those of one session come in the order of their numbers, in whatever order the files were named, or in that
/// of the files where a page has no number; oldest messages first.
package struct ImportInput {
    /// Where a page is.
    struct PageLocation {
        let file: Int
        let offset: UInt64
        let size: Int
        /// On which it begins, from 1.
        let line: Int
        /// Whether its last message comes first.
        var isReversed = false
    }

    /// The pages of a session, in the order of their files.
    private struct SessionPages {
        private var pages: [(location: PageLocation, number: Int?)] = []
        private var ascends = false
        private var descends = false

        mutating func add(_ location: PageLocation, number: Int?, _ order: SavedPage.Order) {
            pages.append((location, number))
            ascends = ascends || order.ascends
            descends = descends || order.descends
        }

        /// By their numbers, where all have one. Nobody knows which way the retired API listed messages: where dates only go back, the
        /// list is turned round.
        var inOrder: [PageLocation] {
            let numbers = pages.compactMap(\.number)
            var locations = pages.map(\.location)
            if numbers.count == pages.count {
                locations = zip(locations, numbers).enumerated()
                    .sorted { ($0.element.1, $0.offset) < ($1.element.1, $1.offset) }
                    .map(\.element.0)
            }
            guard descends, !ascends else { return locations }
            return locations.reversed().map { location in
                var location = location
                location.isReversed = true
                return location
            }
        }
    }

    let files: [ImportFile]
    let pages: [PageLocation]
    /// In bytes.
    var size: UInt64 { files.reduce(0) { $0 + $1.size } }

    /// - Parameter paths: of files, or `-` for standard input.
    /// - Throws: `ImportError`.
    package init(paths: [String]) throws {
        files = try paths.map { try ImportFile(path: $0) }
        pages = try Self.pages(of: files)
    }

    package init(path: String) throws {
        try self.init(paths: [path])
    }

    /// The name of a file in places of messages; `nil` where there is only one.
    func placeName(of file: Int) -> String? { files.count > 1 ? files[file].name : nil }

    private static func pages(of files: [ImportFile]) throws -> [PageLocation] {
        var sessions: [String: SessionPages] = [:]
        var order: [String] = []
        for (index, file) in files.enumerated() where file.form == .pages {
            do {
                var documents = try file.documents()
                while let document = try documents.next() {
                    let location = PageLocation(
                        file: index,
                        offset: document.offset,
                        size: document.bytes.count,
                        line: document.line
                    )
                    // What is no page is reported with the bad messages.
                    let page = try? SavedPage(json: document.bytes)
                    let found = page?.order ?? SavedPage.Order()
                    let session = found.session ?? ""
                    if sessions[session] == nil { order.append(session) }
                    sessions[session, default: SessionPages()].add(location, number: page?.number, found)
                }
            } catch is DocumentReader.TooLong {
                throw ImportError.unreadable(
                    path: file.name,
                    reason: "a page is longer than \(DocumentReader.maximumLength) bytes"
                )
            } catch {
                throw ImportError.unreadable(path: file.name, reason: error.localizedDescription)
            }
        }
        return order.flatMap { sessions[$0]?.inOrder ?? [] }
    }
}
