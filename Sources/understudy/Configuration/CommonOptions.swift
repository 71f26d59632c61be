import ArgumentParser

/// The options that every command has.
struct CommonOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Where the data lies.", discussion: "The default is data.", valueName: "dir"),
        completion: .directory
    )
    var dataDirectory: String?

    @Option(
        help: ArgumentHelp("A JSON file of options.", valueName: "file"),
        completion: .file(extensions: ["json"])
    )
    var configFile: String?
}
