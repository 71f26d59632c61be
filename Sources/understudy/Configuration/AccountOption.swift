import ArgumentParser
import AssistantsStore

/// Whose data a command is about.
struct AccountOption: ParsableArguments {
    @Option(
        help: ArgumentHelp("The account's SID.", valueName: "AC…"),
        transform: { text in
            guard let sid = AccountSID(text) else { throw ValidationError("it must be AC and 32 hexadecimal digits") }
            return sid
        }
    )
    var account: AccountSID
}
