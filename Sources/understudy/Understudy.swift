import ArgumentParser

@main
struct Understudy: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "understudy",
        abstract: "A self-hosted server that speaks the AI Assistants v1 API.",
        discussion: """
            Programs written for the retired service change one line, the base URL, and go on; their transcripts are \
            their own.

            Every option but those of copy may also come from the environment (--data-directory as \
            UNDERSTUDY_DATA_DIRECTORY) or from a JSON file of options ({"data-directory": "data"}) that --config-file \
            names. The command line wins over the environment, and the environment over the file.

            Exit codes: 0 done, 1 failed, 64 wrong usage.

            Example:
              understudy serve --data-directory data
            """,
        version: "0.1.0",
        subcommands: [
            ServeCommand.self, AccountCommand.self, KeyCommand.self, CallbackCommand.self, ImportCommand.self,
            BackupCommand.self, RestoreCommand.self, CheckCommand.self, CopyCommand.self, DatabaseCommand.self,
        ]
    )
}
