import ArgumentParser
import AssistantsStore

/// `understudy database search`: the search index of a database.
struct DatabaseSearchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "Switch the search index on or off, or rebuild it.",
        discussion: """
            New databases have a search index. Without one, a search reads all texts: it finds the same, but takes longer, and \
            appends and imports are faster. The server builds the index in the background, while it serves requests.

            Example:
              understudy database search on --data-directory data
              understudy database search status --data-directory data

            On PostgreSQL, `on` needs every server to be of this version, and the tables as `understudy database migrate` leaves them.
            """,
        subcommands: [
            DatabaseSearchStatusCommand.self, DatabaseSearchOnCommand.self, DatabaseSearchOffCommand.self,
            DatabaseSearchRebuildCommand.self,
        ]
    )
}

struct DatabaseSearchStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Print whether the search index is on, and how much of it is built.",
        discussion: """
            Example:
              understudy database search status --data-directory data
            """
    )

    @OptionGroup var common: CommonOptions

    func run() async throws {
        print("Search index: \(try await common.existingStore().searchIndexStatus())")
    }
}

struct DatabaseSearchOnCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "on",
        abstract: "Create a search index.",
        discussion: """
            Example:
              understudy database search on --data-directory data
            """
    )

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let store = try await common.existingStore()
        try await store.createSearchIndex()
        print("Search index: \(try await store.searchIndexStatus())")
    }
}

struct DatabaseSearchOffCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "off",
        abstract: "Delete the search index. Searches read all texts from then on.",
        discussion: """
            Example:
              understudy database search off --data-directory data
            """
    )

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let store = try await common.existingStore()
        try await store.deleteSearchIndex()
        print("Search index: \(try await store.searchIndexStatus())")
    }
}

struct DatabaseSearchRebuildCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild",
        abstract: "Delete the search index and create a new one, for example if `understudy check` found it damaged.",
        discussion: """
            Example:
              understudy database search rebuild --data-directory data
            """
    )

    @OptionGroup var common: CommonOptions

    func run() async throws {
        let store = try await common.existingStore()
        try await store.rebuildSearchIndex()
        print("Search index: \(try await store.searchIndexStatus())")
    }
}

extension CommonOptions {
    fileprivate func existingStore() async throws -> any Store {
        try await Settings(self).storeLocation().openExisting()
    }
}
