import ArgumentParser

/// Whose data a command is about.
struct AccountOption: ParsableArguments {
    @Option(help: ArgumentHelp("The account's SID. Required.", valueName: "AC…"))
    var account: String?
}
