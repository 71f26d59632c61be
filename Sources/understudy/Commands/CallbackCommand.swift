import ArgumentParser

struct CallbackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "callback",
        abstract: "See and resend the callbacks that were not delivered.",
        discussion: """
            Example:
              understudy callback list --data-directory data
            """,
        subcommands: [CallbackListCommand.self, CallbackResendCommand.self]
    )
}
