import ArgumentParser

/// The options that every command has.
struct CommonOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Where the data lies.", discussion: "The default is data.", valueName: "dir"),
        completion: .directory
    )
    var dataDirectory: String?

    @Option(
        help: ArgumentHelp(
            "A PostgreSQL database to use in place of the data directory's: postgresql://user@host/database",
            discussion: """
                What libpq takes. A password is better given by PGPASSWORD, a password file, or \
                UNDERSTUDY_DATABASE_URL, for others can see a command line. In the URL it must be percent-encoded. The sealing key stays in the data directory, \
                or comes from UNDERSTUDY_SECRET_KEY.
                """,
            valueName: "url"
        )
    )
    var databaseURL: String?

    @Option(
        help: ArgumentHelp("A JSON file of options.", valueName: "file"),
        completion: .file(extensions: ["json"])
    )
    var configFile: String?
}

/// Whose data a command is about.
struct AccountOption: ParsableArguments {
    @Option(help: ArgumentHelp("The account's SID. Required.", valueName: "AC…"))
    var account: String?
}

/// What a command prints its result as.
struct FormatOption: ParsableArguments {
    @Option(help: ArgumentHelp("How to print the result.", discussion: "The default is text."))
    var format: OutputFormat?
}
